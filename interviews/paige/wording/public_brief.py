"""All that a request to word a message may depend on: no notes, objective, picks and record of the contact.

interviews.paige.turn.public builds it (decision 50).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import Utterance, said_by
from interviews.paige.guide.texts import FollowUpKind

AS_AUTHORED = "-"
"""In the place of a topic's question: the authored one fits best."""


class Task(StrEnum):
    """TOPIC: the question that opens a topic."""

    FOLLOW_UP = "follow_up"
    TOPIC = "topic"


@dataclass(frozen=True)
class PublicBrief:
    """`topics`: titles and questions of the guide. `authored`: the words to replace.

    Of a follow-up: `statement` is the clause of the contact that it takes up, `asks_for` what it is to find out, and
    `known` what was asked about the statement before. `subjects` may be named although the contact has not mentioned
    them.
    """

    vendor: str
    language: str
    purpose: str
    topics: tuple[tuple[str, str], ...]
    conversation: tuple[Utterance, ...] = field(repr=False)
    task: Task
    title: str
    authored: str = field(repr=False)
    statement: str = field(default="", repr=False)
    asks_for: FollowUpKind | None = None
    known: frozenset[FollowUpKind] = frozenset()
    shows_feeling: bool = False
    subjects: tuple[str, ...] = field(default=(), repr=False)

    @property
    def said(self) -> list[str]:
        """By Paige."""
        return [turn.text for turn in said_by(Speaker.PAIGE, self.conversation)]

    @property
    def answers(self) -> list[str]:
        return [turn.text for turn in said_by(Speaker.CONTACT, self.conversation)]

    def public_texts(self) -> Iterator[str]:
        """What the contact has read or may read."""
        yield from (self.vendor, self.purpose, self.authored, *self.subjects)
        for title, question in self.topics:
            yield from (title, question)
        yield from (turn.text for turn in self.conversation)


@dataclass(frozen=True)
class Worded:
    """`text`: None if the authored text is shown, and `fallback` says why. Token counts: None if not reported."""

    text: str | None = field(repr=False)
    fallback: str = ""
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
