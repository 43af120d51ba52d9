"""An engine chooses a move. Nothing of its reply is shown."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.answers.dialogue import Utterance, wants_to_stop
from interviews.paige.answers.lexicon import Intent
from interviews.paige.language.lexicons import Phrase, wording
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.moves import NextMove, moves
from interviews.paige.turn.named_subjects import naming_question

Fill = Callable[[str], str]

_PLACE = re.compile(r"\{(vendor|contact_address|quote)\}")


@dataclass(frozen=True)
class Choice:
    """Token counts: None if not reported."""

    move: NextMove
    engine: Engine
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class ChoosingEngine(Protocol):
    """Does not raise if its provider fails: the interview continues."""

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        """`moves` is not empty. May be slow: do not call it inside a database transaction."""
        ...


@dataclass(frozen=True)
class Message:
    text: str = field(repr=False)
    choice: Choice

    @property
    def utterance(self) -> Utterance:
        move = self.choice.move
        return Utterance(Speaker.PAIGE, self.text, move.topic.key, move.move, move.follow_up)


def next_message(brief: Brief, engine: ChoosingEngine) -> Message | None:
    """None if nothing is left to ask. May be slow: do not call it inside a database transaction."""
    offered = moves(brief)
    if not offered:
        return None
    choice = engine.choose(brief, offered)
    return Message(compose(brief, choice), choice)


def compose(brief: Brief, choice: Choice) -> str:
    move = choice.move
    values = {"vendor": brief.vendor, "contact_address": brief.contact_address, "quote": move.quote}

    def fill(template: str) -> str:
        return _PLACE.sub(lambda place: values[place[1]], template)

    openers = [_opener(brief, move, opener, fill) for opener in move.openers]
    return " ".join([*openers, *_question(brief, move, fill)])


def _opener(brief: Brief, move: NextMove, opener: Phrase, fill: Fill) -> str:
    own = move.topic.bridge if opener.name == "bridge" else ""
    return own or fill(wording(opener, brief.guide.language))


def _question(brief: Brief, move: NextMove, fill: Fill) -> list[str]:
    """The guide's texts have the vendor's name already, which may look like a placeholder."""
    match move.move:
        case Move.REPEAT if wants_to_stop(brief.conversation):
            return []
        case Move.COVERED if not move.subject:
            count = sum(turn.move == Move.COVERED for turn in brief.conversation)
            return [fill(_phrase(brief, "covered", count))]
        case Move.REPHRASE:
            return _rephrased(brief, move, fill)
        case _:
            return [_asked(brief, move, fill)]


def _asked(brief: Brief, move: NextMove, fill: Fill) -> str:
    if move.subject:
        return naming_question(brief, move.subject)
    return fill(move.asked.template) if move.asked else move.topic.question


def _rephrased(brief: Brief, move: NextMove, fill: Fill) -> list[str]:
    topic, intents = move.topic, brief.conversation[-1].reading.intents
    count = sum(turn.move == Move.REPHRASE for turn in brief.conversation)
    asked = _asked(brief, move, fill)
    if Intent.ASKS_MEANING not in intents:
        return [topic.reason or fill(_phrase(brief, "purpose", count)), asked]
    if move.asked:
        return [fill(_phrase(brief, f"meaning_{move.asked.kind}", count)), asked]
    is_told = any(topic.reason in turn.text for turn in brief.conversation)
    reason = fill(_phrase(brief, "any_answer", count)) if is_told else topic.reason
    return [reason, asked if move.subject else topic.rephrasing or asked]


def _phrase(brief: Brief, name: str, number: int = 0) -> str:
    return wording(Phrase(name, number), brief.guide.language)
