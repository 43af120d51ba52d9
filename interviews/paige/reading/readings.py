"""What is read in an objective, in notes and in an answer, and the names that the reader knows. All other modules use
these types, and read no text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Self

from interviews.lifecycle import Direction

VENDOR, RIVAL = "vendor", "rival"
"""Markers, which replace the names of the vendor and of competitors."""

Names = Mapping[str, str]
"""The markers by lower-case names."""


def names_of(vendor: str, rivals: Sequence[str] = ()) -> Names:
    return {**{name.lower(): RIVAL for name in rivals if name}, **({vendor.lower(): VENDOR} if vendor else {})}


class Act(StrEnum):
    """What a contact does in a clause, apart from a statement about the purchase."""

    ASKS_MEANING = "asks_meaning"
    ASKS_PURPOSE = "asks_purpose"
    ASKS_WHO_READS = "asks_who_reads"
    ASKS_ABOUT_AI = "asks_bot"
    ASKS_HOW_LONG = "asks_how_long"
    ASKS_SOMETHING = "asks_other"
    WANTS_TO_STOP = "wants_stop"
    WANTS_A_PERSON = "wants_person"
    WANTS_DELETION = "wants_deletion"
    WANTS_LANGUAGE = "wants_language"
    DECLINES = "refuses"
    SAID_BEFORE = "said_before"
    COMPLAINS = "complains"
    SMALL_TALK = "small_talk"
    WANTS_NO_NAME = "wants_no_name"


QUESTIONS = frozenset(act for act in Act if act.startswith("asks_")) | {Act.WANTS_LANGUAGE}
WISHES = frozenset(act for act in Act if act.startswith("wants_")) - {Act.WANTS_LANGUAGE}
LEARNED = tuple(act for act in Act if act is not Act.WANTS_NO_NAME)
"""In the order of the scores. The lists of answer.py hear the other one."""


class StatementKind(StrEnum):
    """NEED: a requirement. FACT: a state, a number or a list. DENIAL: there was none of what was asked."""

    JUDGEMENT = "judgement"
    NEED = "need"
    EVENT = "event"
    FACT = "fact"
    DENIAL = "denial"


class About(StrEnum):
    """RIVAL: a competitor. NOTHING: no purchase. SELF: the contact's company."""

    VENDOR = "vendor"
    RIVAL = "rival"
    NOTHING = "nothing"
    SELF = "self"


@dataclass(frozen=True)
class Clause:
    """A part of an answer that says one thing. `start`: its offset in the answer, in code points.

    `kind`: None if it states nothing about the purchase. `topics`: at most MAX_TOPICS keys, the surest first. `speaks`:
    for or against the vendor. `is_decisive`: whether the contact says that it decided the purchase, or would have.
    `certainty`: the probability that it states something. `is_sure`: whether a summary may tell for whom it speaks.
    `weight`: how likely it is a reason for the decision, from 0 to 1 + OPINION, also below the other thresholds.
    """

    text: str = field(repr=False)
    start: int
    act: Act | None = None
    kind: StatementKind | None = None
    topics: tuple[str, ...] = ()
    speaks: Direction | None = None
    about: About | None = None
    is_decisive: bool = False
    certainty: float = 1.0
    is_sure: bool = False
    weight: float = 0.0

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def words(self) -> int:
        return len(self.text.split())


MAX_WORDS_BESIDE_A_REFUSAL, MAX_WORDS_BESIDE_A_DENIAL = 6, 12
MAX_WORDS_OF_A_BARE_DENIAL = 4
"""Longer denials tell something, such as "There was no integration with SAP"."""


@dataclass(frozen=True)
class AnswerReading:
    """The clauses are in the order of the text. The text after them was not read."""

    clauses: tuple[Clause, ...] = ()

    @cached_property
    def acts(self) -> frozenset[Act]:
        return frozenset(clause.act for clause in self.clauses if clause.act)

    @property
    def questions(self) -> frozenset[Act]:
        return self.acts & QUESTIONS

    @property
    def wishes(self) -> frozenset[Act]:
        return self.acts & WISHES

    @cached_property
    def stating(self) -> tuple[Clause, ...]:
        """The clauses that state something about the purchase, with denials."""
        return tuple(clause for clause in self.clauses if clause.kind)

    @property
    def words(self) -> int:
        """Of the statements."""
        return sum(clause.words for clause in self.stating)

    @property
    def findings(self) -> tuple[str, ...]:
        return tuple(clause.text for clause in self.stating)

    @property
    def quotable(self) -> tuple[Clause, ...]:
        """Empty if the contact wants to stop or wants a deletion, which may concern these statements."""
        is_withheld = self.wishes - {Act.WANTS_A_PERSON, Act.WANTS_NO_NAME}
        return () if is_withheld else tuple(clause for clause in self.stating if clause.act is None)

    @property
    def is_declined(self) -> bool:
        """True also for a skipped question."""
        is_refused = Act.DECLINES in self.acts and self.words <= MAX_WORDS_BESIDE_A_REFUSAL
        return not self.clauses or is_refused

    @property
    def denying(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.stating if clause.kind is StatementKind.DENIAL)

    @property
    def is_denied(self) -> bool:
        others = self.words - sum(clause.words for clause in self.denying)
        return bool(self.denying) and others <= MAX_WORDS_BESIDE_A_DENIAL

    @property
    def is_bare_denial(self) -> bool:
        is_denial = bool(self.denying) and self.denying == self.stating
        return is_denial and self.words <= MAX_WORDS_OF_A_BARE_DENIAL


MAX_TOPICS = 2
"""Of a clause."""
MAX_SUBJECTS, MAX_WORDS_OF_A_SUBJECT, MAX_LENGTH_OF_A_SUBJECT = 6, 6, 60


@dataclass(frozen=True)
class TopicReading:
    """`words`: the exact text by which it is asked about or avoided. `start`: its offset."""

    topic: str
    is_avoided: bool
    words: str = field(repr=False)
    start: int


@dataclass(frozen=True)
class ObjectiveReading:
    """`topics`: asked about or avoided, in the order of the text. `subjects`: each with the key of its topic, or "".
    `parts`: as of objective_parts().
    """

    topics: tuple[TopicReading, ...] = ()
    subjects: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    parts: tuple[TopicReading, ...] = ()

    @classmethod
    def of(cls, topics: Iterable[TopicReading], subjects: Iterable[tuple[str, str]] = ()) -> Self:
        """A topic that is avoided once stays avoided. Leaves out long subjects, and repetitions of a subject."""
        found: dict[str, TopicReading] = {}
        for each in topics:
            if each.topic not in found or each.is_avoided:
                found[each.topic] = each
        named: dict[str, str] = {}
        for words, topic in subjects:
            subject = " ".join(words.split())
            if subject and len(subject) <= MAX_LENGTH_OF_A_SUBJECT and len(subject.split()) <= MAX_WORDS_OF_A_SUBJECT:
                named.setdefault(subject, topic)
        ordered = sorted(found.values(), key=lambda each: each.start)
        return cls(tuple(ordered), tuple(named.items())[:MAX_SUBJECTS])
