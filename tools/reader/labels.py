"""Labelled objectives and answers. tools/reader/labels/README.md explains the labels and the authors.

A line belongs to training, to development (it chooses numbers), to the natural mix (it is only scored) or is held back.
The author of a guide or an interview is the part of its id before the hyphen.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from interviews.paige.reading.readings import LEARNED, StatementKind

FOLDER = Path(__file__).with_name("labels")
HELD_BACK = frozenset({"a12", "a13", "o4", "o5"})
"""Nobody may tune on their lines."""
NATURAL_MIX = frozenset({"natural", "blind", "twice", "new", "unseen"})
DEVELOPMENT = frozenset({"development", "typed_development", "shipped"})
DEVELOPMENT_GUIDES = frozenset({"o1-5", "o2-5", "o3-5", "o6-5", "o7-5", "o8-5", "o9-5", "o10-5", "o11-5"})
DEVELOPMENT_INTERVIEW = "-i03"
"""How the ids of interviews for development end."""

BUYER = "buyer"
"""The shipped guide `win_loss_buyer`, in both languages. `buyer-1` and so on are its topics in other words."""
EDITED = "buyer-8"
"""Its words are not used in training."""

KINDS = ("", *StatementKind)
SPEAKS = ("", "for", "against")
ACTS = ("", *LEARNED)


@dataclass(frozen=True)
class LabelledTopic:
    key: str
    title: str
    question: str
    about: str


@dataclass(frozen=True)
class LabelledGuide:
    name: str
    language: str
    vendor: str
    topics: tuple[LabelledTopic, ...]

    def topic(self, key: str) -> LabelledTopic:
        return next(topic for topic in self.topics if topic.key == key)


@dataclass(frozen=True)
class Objective:
    """`asked`, `avoided`: keys of topics. `optional`, `optional_avoided`: those that may be asked about, or avoided.

    `subjects`: parts of the text, or None if nobody labelled them.
    """

    author: str
    guide: str
    language: str
    text: str
    asked: tuple[str, ...]
    optional: tuple[str, ...]
    avoided: tuple[str, ...]
    optional_avoided: tuple[str, ...]
    subjects: tuple[str, ...] | None

    @property
    def is_held_back(self) -> bool:
        return self.author in HELD_BACK

    @property
    def is_of_natural_mix(self) -> bool:
        return self.author in NATURAL_MIX

    @property
    def is_for_development(self) -> bool:
        return self.author in DEVELOPMENT or self.guide in DEVELOPMENT_GUIDES

    @property
    def is_for_training(self) -> bool:
        return not (self.is_held_back or self.is_of_natural_mix or self.is_for_development)


@dataclass(frozen=True)
class Clause:
    """`about`: "vendor", "nothing", "self", the name of a competitor, or ""."""

    text: str
    topics: tuple[str, ...]
    kind: str
    speaks: str
    about: str
    is_decisive: bool
    act: str


@dataclass(frozen=True)
class Answer:
    """`asked`: the key of the topic. The text is the clauses, separated by spaces."""

    interview: str
    number: int
    language: str
    asked: str
    clauses: tuple[Clause, ...]

    @property
    def text(self) -> str:
        return " ".join(clause.text for clause in self.clauses)

    @property
    def starts(self) -> list[int]:
        """Of the clauses, in the text."""
        return [sum(len(clause.text) + 1 for clause in self.clauses[:i]) for i in range(len(self.clauses))]


@dataclass(frozen=True)
class Interview:
    name: str
    guide: str
    vendor: str
    competitors: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def is_held_back(self) -> bool:
        return self.name.partition("-")[0] in HELD_BACK

    @property
    def is_for_development(self) -> bool:
        return self.name.endswith(DEVELOPMENT_INTERVIEW) and not self.is_held_back

    @property
    def is_for_training(self) -> bool:
        return not (self.is_held_back or self.is_for_development)


@cache
def guides() -> dict[str, LabelledGuide]:
    """By name, without those that have no labels but for objectives: `no_decision` and `nps_follow_up`."""
    lines = (FOLDER / "guides.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        each["guide"]: LabelledGuide(
            each["guide"],
            each["language"],
            each["vendor"],
            tuple(LabelledTopic(**topic) for topic in each["topics"]),
        )
        for each in map(json.loads, lines)
    }


@cache
def objectives() -> tuple[Objective, ...]:
    return tuple(_objective(**row) for row in rows("objectives.tsv"))


def _objective(asked: str, avoided: str, subjects: str, text: str, **others: str) -> Objective:
    return Objective(
        **others,
        text=_lines(text),
        asked=tuple(topic for topic in _items(asked, ",") if topic[-1] != "?"),
        optional=tuple(topic[:-1] for topic in _items(asked, ",") if topic[-1] == "?"),
        avoided=tuple(topic for topic in _items(avoided, ",") if topic[-1] != "?"),
        optional_avoided=tuple(topic[:-1] for topic in _items(avoided, ",") if topic[-1] == "?"),
        subjects=None if subjects == "?" else _items(_lines(subjects), "|"),
    )


@cache
def interviews() -> tuple[Interview, ...]:
    known = {row["interview"]: row for row in rows("interviews.tsv")}
    return tuple(
        Interview(name, row["guide"], row["vendor"], _items(row["competitors"], "|"), tuple(_answers(clauses)))
        for name, clauses in groupby(rows("answers.tsv"), key=lambda row: row["interview"])
        if (row := known[name])
    )


def _answers(clauses: Iterator[dict[str, str]]) -> Iterator[Answer]:
    for (interview, number, language, asked), own in groupby(
        clauses, key=lambda row: (row["interview"], row["answer"], row["language"], row["asked"])
    ):
        yield Answer(interview, int(number), language, asked, tuple(map(_clause, own)))


def _clause(row: dict[str, str]) -> Clause:
    kind, speaks, about, decisive, act = (_text(row[name]) for name in ("kind", "speaks", "about", "decisive", "act"))
    return Clause(row["text"], _items(row["topics"], ","), kind, speaks, about, decisive == "yes", act)


def rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _items(field: str, separator: str) -> tuple[str, ...]:
    return tuple(_text(field).split(separator)) if _text(field) else ()


def _text(field: str) -> str:
    return "" if field == "-" else field


def _lines(field: str) -> str:
    return field.replace("\\n", "\n")
