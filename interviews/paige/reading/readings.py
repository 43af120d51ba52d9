"""What the learned reader finds in an objective, in notes and in an answer."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from interviews.lifecycle import Direction


class Act(StrEnum):
    """What a contact does beside telling."""

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


WISHES = frozenset({Act.WANTS_TO_STOP, Act.WANTS_A_PERSON, Act.WANTS_DELETION})


class StatementKind(StrEnum):
    """NEED: what had to be. A FACT is neither judged nor done: a state, a number, a list. DENIAL: there was none."""

    JUDGEMENT = "judgement"
    NEED = "need"
    EVENT = "event"
    FACT = "fact"
    DENIAL = "denial"


class About(StrEnum):
    """RIVAL: a competitor. NOTHING: staying as is. SELF: the contact's side."""

    VENDOR = "vendor"
    RIVAL = "rival"
    NOTHING = "nothing"
    SELF = "self"


@dataclass(frozen=True)
class Clause:
    """A stretch of an answer that says one thing. `start`: its offset in the answer, in code points.

    `kind`: None if it states nothing about the purchase. `topics`: keys, at most two, the surest first. `speaks`: for
    or against the vendor, or None. `is_decisive`: the contact says that it tipped the decision, or would have.
    `certainty`: the probability that it states something.
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

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class AnswerReading:
    """The clauses are in the order of the text, and cover it."""

    clauses: tuple[Clause, ...] = ()

    @cached_property
    def acts(self) -> frozenset[Act]:
        return frozenset(clause.act for clause in self.clauses if clause.act)

    @cached_property
    def stating(self) -> tuple[Clause, ...]:
        """Those that state something about the purchase, if only that there was none of what was asked."""
        return tuple(clause for clause in self.clauses if clause.kind)


@dataclass(frozen=True)
class TopicReading:
    """`words`: the exact text that decides. `start`: its offset."""

    topic: str
    is_avoided: bool
    words: str = field(repr=False)
    start: int


@dataclass(frozen=True)
class ObjectiveReading:
    """`topics`: those asked about or avoided, in the order of the text. `subjects`: what it names within the topics,
    with the key of the topic, or "".
    """

    topics: tuple[TopicReading, ...] = ()
    subjects: tuple[tuple[str, str], ...] = field(default=(), repr=False)
