"""An engine chooses a move. Nothing of its reply is shown. A writer may word the move, without notes and objective."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.answers.dialogue import Utterance, wants_to_stop
from interviews.paige.language.lexicons import Phrase, wording
from interviews.paige.reading.readings import Act
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import NextMove, moves
from interviews.paige.turn.named_subjects import naming_question
from interviews.paige.turn.openers import last_reply
from interviews.paige.turn.public import lead_ins, public_brief, task_of
from interviews.paige.wording.public_brief import AS_AUTHORED, PublicBrief, Worded
from interviews.paige.wording.words import words_of

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
    kept = [opener for opener in choice.move.openers if opener not in lead_ins(choice.move)]
    return Message(" ".join([*_opening(brief, choice.move, kept), worded.text]), choice, worded, authored)


def public_brief_of(brief: Brief, choice: Choice) -> PublicBrief | None:
    """None if the message stays as authored."""
    move = choice.move
    task = task_of(move) if brief.may_be_worded and brief.conversation else None
    if task is None:
        return None
    # Without the announcement of a topic: the worded question follows from what the contact has said.
    return public_brief(brief, move, task, _text(brief, move, lead_ins(move) if move.asked else ()))


def compose(brief: Brief, choice: Choice) -> str:
    return _text(brief, choice.move, choice.move.openers)


def closing_reply(brief: Brief) -> str:
    """Shown with the recap. Empty unless the last answer has a wish or a question to reply to."""
    closing = NextMove(Move.CLOSING, brief.guide.closing)
    return " ".join(_opening(brief, closing, last_reply(DialogueState(brief))))


def withdrawn_words(text: str, withdrawn: str, kept: Iterable[str]) -> set[str]:
    """The words of a message that only withdrawn answers have."""
    return set(words_of(text)) & set(words_of(withdrawn)) - {word for each in kept for word in words_of(each)}


def _text(brief: Brief, move: NextMove, openers: Iterable[Phrase]) -> str:
    return " ".join([*_opening(brief, move, openers), *_question(brief, move)])


def _opening(brief: Brief, move: NextMove, openers: Iterable[Phrase]) -> list[str]:
    own = move.topic.bridge
    return [own if own and opener.name == "bridge" else _phrase(brief, move, opener) for opener in openers]


def _question(brief: Brief, move: NextMove) -> list[str]:
    if move.move == Move.REPEAT and wants_to_stop(brief.heard):
        return []
    if move.move == Move.REPHRASE:
        return _rephrased(brief, move)
    if move.move == Move.COVERED and not (move.subject or move.phrase):
        return [_next_wording(brief, move, "covered")]
    return [_asked(brief, move)]


def _asked(brief: Brief, move: NextMove) -> str:
    """The guide's texts have the vendor's name already, which may look like a placeholder."""
    if move.phrase:
        return _phrase(brief, move, move.phrase)
    if move.subject:
        return naming_question(brief, move.subject)
    return _filled(brief, move, move.asked.template) if move.asked else move.topic.question


def _rephrased(brief: Brief, move: NextMove) -> list[str]:
    topic, asked = move.topic, _asked(brief, move)
    if Act.ASKS_MEANING not in brief.heard[-1].as_read.acts:
        return [topic.reason or _next_wording(brief, move, "purpose"), asked]
    if move.asked:
        return [_next_wording(brief, move, f"meaning_{move.asked.kind}"), asked]
    is_told = any(topic.reason in turn.authored_text for turn in brief.conversation)
    reason = _next_wording(brief, move, "any_answer") if is_told else topic.reason
    return [reason, asked if move.subject or move.phrase else topic.rephrasing or asked]


def _next_wording(brief: Brief, move: NextMove, name: str) -> str:
    """Another one for each message with such a move."""
    return _phrase(brief, move, Phrase(name, sum(turn.move == move.move for turn in brief.conversation)))


def _phrase(brief: Brief, move: NextMove, phrase: Phrase) -> str:
    return _filled(brief, move, wording(phrase, brief.guide.language))


def _filled(brief: Brief, move: NextMove, text: str) -> str:
    values = {"vendor": brief.vendor, "contact_address": brief.contact_address, "quote": move.quote}
    return _PLACE.sub(lambda place: values[place[1]], text)
