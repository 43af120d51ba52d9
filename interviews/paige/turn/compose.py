"""Composes the next message. An engine chooses a move; nothing of its reply is shown. A writer may word the move.

Only `public_brief_of` makes a PublicBrief of a Brief: the writer gets neither notes nor objective.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.chat import Asked
from interviews.paige.dialogue import Utterance, wants_to_stop
from interviews.paige.language import Phrase, wording
from interviews.paige.reading.readings import Act
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import NextMove, moves
from interviews.paige.turn.openers import last_reply
from interviews.paige.wording.request import AS_AUTHORED, PublicBrief, Task
from interviews.paige.wording.words import words_of

TASKS = {Move.FOLLOW_UP: Task.FOLLOW_UP, Move.QUESTION: Task.TOPIC}
LEAD_INS = {Task.FOLLOW_UP: frozenset({"feeling", "return"}), Task.TOPIC: frozenset({"bridge", "touched"})}
"""Openers that the words of a model replace. All others stay as authored."""

_PLACE = re.compile(r"\{(vendor|contact_address|quote)\}")


@dataclass(frozen=True)
class Choice:
    """`asked`: what a model was asked for."""

    move: NextMove
    engine: Engine
    asked: Asked[int] = field(default_factory=Asked)


class ChoosingEngine(Protocol):
    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        """`moves` is not empty. Raises nothing if its provider fails. May be slow: do not call it in a transaction."""


class Writer(Protocol):
    def word(self, public: PublicBrief, *, spent_ms: int) -> Asked[str]:
        """`spent_ms`: how long the choice took of the turn's time. Like `ChoosingEngine.choose`, raises nothing."""


@dataclass(frozen=True)
class Message:
    """`worded`: by the writer. `authored`: empty unless the text has words of the writer."""

    text: str = field(repr=False)
    choice: Choice
    worded: Asked[str] = field(default_factory=Asked)
    authored: str = field(default="", repr=False)

    @property
    def utterance(self) -> Utterance:
        move = self.choice.move
        return Utterance(Speaker.PAIGE, self.text, move.topic.key, move.move, move.follow_up, self.authored)


def next_message(brief: Brief, engine: ChoosingEngine, writer: Writer | None = None) -> Message | None:
    """None if nothing is left to ask. May be slow: do not call it in a database transaction."""
    offered = moves(brief)
    if not offered:
        return None
    choice = engine.choose(brief, offered)
    authored, public = compose(brief, choice), public_brief_of(brief, choice)
    if writer is None or public is None:
        return Message(authored, choice)
    worded = writer.word(public, spent_ms=choice.asked.latency_ms)
    if worded.chosen in (None, AS_AUTHORED):
        return Message(authored, choice, worded)
    kept = [opener for opener in choice.move.openers if opener not in lead_ins(choice.move)]
    return Message(" ".join([*_opening(brief, choice.move, kept), worded.chosen]), choice, worded, authored)


def public_brief_of(brief: Brief, choice: Choice) -> PublicBrief | None:
    """None if the message stays as authored."""
    move = choice.move
    task = task_of(move) if brief.may_be_worded and brief.conversation else None
    if task is None:
        return None
    thread = move.thread
    return PublicBrief(
        vendor=brief.vendor,
        language=brief.guide.language,
        purpose=brief.guide.purpose,
        topics=tuple((topic.title, topic.question) for topic in brief.guide.every_topic),
        conversation=brief.conversation,
        task=task,
        title=move.topic.title,
        # Without the announcement of a topic: the worded question follows from what the contact has said.
        authored=_text(brief, move, lead_ins(move) if move.asked else ()),
        statement=thread.statement.text if thread else "",
        asks_for=move.asked.kind if move.asked else None,
        shows_feeling=any(opener.name == "feeling" for opener in move.openers),
        subjects=brief.nameable,
    )


def task_of(move: NextMove) -> Task | None:
    """None for messages that stay as authored."""
    return TASKS.get(move.move)


def lead_ins(move: NextMove) -> tuple[Phrase, ...]:
    task = task_of(move)
    return tuple(opener for opener in move.openers if task and opener.name in LEAD_INS[task])


def compose(brief: Brief, choice: Choice) -> str:
    return _text(brief, choice.move, choice.move.openers)


def closing_reply(brief: Brief) -> str:
    """Shown with the recap. Empty unless the last answer has a wish or a question."""
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
    """Texts of the guide are not filled in again: the vendor's name may look like a placeholder."""
    if move.phrase:
        return _phrase(brief, move, move.phrase)
    if move.subject:
        return brief.naming_question(move.subject)
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
    """A different wording for each message with this move."""
    return _phrase(brief, move, Phrase(name, sum(turn.move == move.move for turn in brief.conversation)))


def _phrase(brief: Brief, move: NextMove, phrase: Phrase) -> str:
    return _filled(brief, move, wording(phrase, brief.guide.language))


def _filled(brief: Brief, move: NextMove, text: str) -> str:
    values = {"vendor": brief.vendor, "contact_address": brief.contact_address, "quote": move.quote}
    return _PLACE.sub(lambda place: values[place[1]], text)
