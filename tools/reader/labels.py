"""Labelled objectives and answers. tools/reader/labels/README.md explains the labels.

Nobody may tune on the lines of HELD_BACK authors. The author is the part of an id before the hyphen.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

FOLDER = Path(__file__).with_name("labels")
HELD_BACK = frozenset({"a12", "a13", "o4", "o5"})
BUYER = "buyer"
"""The shipped guide `win_loss_buyer`, in both languages."""

KINDS = frozenset({"judgement", "need", "event", "fact", "denial", ""})
SPEAKS = frozenset({"for", "against", ""})
ACTS = frozenset(
    {
        "",
        *("asks_meaning", "asks_purpose", "asks_who_reads", "asks_bot", "asks_how_long", "asks_other"),
        *("wants_stop", "wants_person", "wants_deletion", "wants_language"),
        *("refuses", "said_before", "complains", "small_talk"),
    }
)


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
    topics: tuple[LabelledTopic, ...]


@dataclass(frozen=True)
class Objective:
    """`asked`, `avoided`: keys of topics. `subjects`: parts of the text."""

    guide: str
    language: str
    text: str
    asked: tuple[str, ...]
    avoided: tuple[str, ...]
    subjects: tuple[str, ...]

    @property
    def is_held_back(self) -> bool:
        return _author(self.guide) in HELD_BACK


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


@dataclass(frozen=True)
class Interview:
    name: str
    guide: str
    vendor: str
    competitors: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def is_held_back(self) -> bool:
        return _author(self.name) in HELD_BACK


@cache
def guides() -> dict[str, LabelledGuide]:
    lines = (FOLDER / "guides.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        each["guide"]: LabelledGuide(
            each["guide"], each["language"], tuple(LabelledTopic(**topic) for topic in each["topics"])
        )
        for each in map(json.loads, lines)
    }


@cache
def objectives() -> tuple[Objective, ...]:
    return tuple(
        Objective(
            row["guide"],
            row["language"],
            row["text"].replace("\\n", "\n"),
            _items(row["asked"], ","),
            _items(row["avoided"], ","),
            _items(row["subjects"].replace("\\n", "\n"), "|"),
        )
        for row in _rows("objectives.tsv")
    )


@cache
def interviews() -> tuple[Interview, ...]:
    known = {row["interview"]: row for row in _rows("interviews.tsv")}
    return tuple(
        Interview(name, row["guide"], row["vendor"], _items(row["competitors"], "|"), tuple(_answers(clauses)))
        for name, clauses in groupby(_rows("answers.tsv"), key=lambda row: row["interview"])
        if (row := known[name])
    )


def _answers(rows: Iterator[dict[str, str]]) -> Iterator[Answer]:
    for (interview, number, language, asked), clauses in groupby(
        rows, key=lambda row: (row["interview"], row["answer"], row["language"], row["asked"])
    ):
        yield Answer(interview, int(number), language, asked, tuple(map(_clause, clauses)))


def _clause(row: dict[str, str]) -> Clause:
    kind, speaks, about, decisive, act = (_text(row[name]) for name in ("kind", "speaks", "about", "decisive", "act"))
    return Clause(row["text"], _items(row["topics"], ","), kind, speaks, about, decisive == "yes", act)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _items(field: str, separator: str) -> tuple[str, ...]:
    return tuple(_text(field).split(separator)) if _text(field) else ()


def _text(field: str) -> str:
    return "" if field == "-" else field


def _author(name: str) -> str:
    return name.partition("-")[0]
