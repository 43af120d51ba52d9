"""An engine chooses a move. Nothing of its reply is shown. A writer may word the move, without notes and objective."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.answers.dialogue import Utterance, wants_to_stop
from interviews.paige.answers.lexicon import Intent
from interviews.paige.language.lexicons import Phrase, wording
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import NextMove, moves
from interviews.paige.turn.named_subjects import naming_question
from interviews.paige.turn.openers import last_reply
from interviews.paige.turn.public import lead_ins, public_brief, task_of
from interviews.paige.wording.public_brief import AS_AUTHORED, PublicBrief
from interviews.paige.wording.worded import Worded
from interviews.paige.wording.words import words_of

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


class Writer(Protocol):
    """Does not raise if its provider fails: the authored text is shown."""

    def word(self, public: PublicBrief, *, spent_ms: int) -> Worded:
        """`spent_ms`: what the choice took of the time of the turn. May be slow, like `ChoosingEngine.choose`."""
        ...


@dataclass(frozen=True)
class Message:
    """`worded`: what a writer replied, if it was asked. `authored`: empty unless the text has its words."""

    text: str = field(repr=False)
    choice: Choice
    worded: Worded | None = None
    authored: str = field(default="", repr=False)

    @property
    def utterance(self) -> Utterance:
        move = self.choice.move
        return Utterance(Speaker.PAIGE, self.text, move.topic.key, move.move, move.follow_up, self.authored)


def next_message(brief: Brief, engine: ChoosingEngine, writer: Writer | None = None) -> Message | None:
    """None if nothing is left to ask. May be slow: do not call it inside a database transaction."""
    offered = moves(brief)
    if not offered:
        return None
    choice = engine.choose(brief, offered)
    authored, public = compose(brief, choice), public_brief_of(brief, choice)
    if writer is None or public is None:
        return Message(authored, choice)
    worded = writer.word(public, spent_ms=choice.latency_ms)
    if worded.text in (None, AS_AUTHORED):
        return Message(authored, choice, worded)
    return Message(_with_words(brief, choice, worded.text), choice, worded, authored)


def public_brief_of(brief: Brief, choice: Choice) -> PublicBrief | None:
    """None if the message stays as authored."""
    task = task_of(choice.move) if brief.may_be_worded and brief.conversation else None
    if task is None:
        return None
    return public_brief(brief, choice.move, task, _to_word(brief, choice.move))


def _to_word(brief: Brief, move: NextMove) -> str:
    """The text has no announcement of a topic: the worded question follows from what the contact has said."""
    led = replace(move, openers=lead_ins(move) if move.asked else ())
    return " ".join([*_openers(brief, led), *_question(brief, led, _fill(brief, led))])


def compose(brief: Brief, choice: Choice) -> str:
    move = choice.move
    return " ".join([*_openers(brief, move), *_question(brief, move, _fill(brief, move))])


def closing_reply(brief: Brief) -> str:
    """Shown with the recap. Empty unless the last answer has a wish or a question to reply to."""
    closing = NextMove(Move.CLOSING, brief.guide.closing, openers=last_reply(DialogueState(brief)))
    return " ".join(_openers(brief, closing))


def _with_words(brief: Brief, choice: Choice, words: str) -> str:
    replaced = lead_ins(choice.move)
    kept = (opener for opener in choice.move.openers if opener not in replaced)
    return " ".join([*(_opener(brief, choice.move, opener) for opener in kept), words])


def _openers(brief: Brief, move: NextMove) -> list[str]:
    return [_opener(brief, move, opener) for opener in move.openers]


def _opener(brief: Brief, move: NextMove, opener: Phrase) -> str:
    own = move.topic.bridge if opener.name == "bridge" else ""
    return own or _fill(brief, move)(wording(opener, brief.guide.language))


def _fill(brief: Brief, move: NextMove) -> Fill:
    values = {"vendor": brief.vendor, "contact_address": brief.contact_address, "quote": move.quote}
    return partial(_PLACE.sub, lambda place: values[place[1]])


def withdrawn_words(text: str, withdrawn: str, kept: Iterable[str]) -> set[str]:
    """The words of a message that only withdrawn answers have."""
    return set(words_of(text)) & set(words_of(withdrawn)) - {word for each in kept for word in words_of(each)}


def _question(brief: Brief, move: NextMove, fill: Fill) -> list[str]:
    """The guide's texts have the vendor's name already, which may look like a placeholder."""
    match move.move:
        case Move.REPEAT if wants_to_stop(brief.conversation):
            return []
        case Move.COVERED if not (move.subject or move.phrase):
            count = sum(turn.move == Move.COVERED for turn in brief.conversation)
            return [fill(_phrase(brief, "covered", count))]
        case Move.REPHRASE:
            return _rephrased(brief, move, fill)
        case _:
            return [_asked(brief, move, fill)]


def _asked(brief: Brief, move: NextMove, fill: Fill) -> str:
    if move.phrase:
        return fill(wording(move.phrase, brief.guide.language))
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
    is_told = any(topic.reason in turn.authored_text for turn in brief.conversation)
    reason = fill(_phrase(brief, "any_answer", count)) if is_told else topic.reason
    return [reason, asked if move.subject or move.phrase else topic.rephrasing or asked]


def _phrase(brief: Brief, name: str, number: int = 0) -> str:
    return wording(Phrase(name, number), brief.guide.language)
