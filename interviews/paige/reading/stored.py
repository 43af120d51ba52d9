"""Converts readings to the JSON of a column, and back. A column that is empty or not valid counts as not read.

Quotes are stored as places in the text that was read, so that the column has no copy of the text.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import blake2b
from typing import Any, Literal, Self, TypeVar

from interviews.lifecycle import Direction
from interviews.paige.reading.model import READER_VERSION
from interviews.paige.reading.readings import (
    About,
    Act,
    AnswerReading,
    Clause,
    ObjectiveReading,
    StatementKind,
    TopicReading,
)

MODEL = "model"
"""The source of a reading by the model behind the endpoint. A new version of the reader does not replace it."""
READ_BY_THIS_VERSION = f'{{"reader":"{READER_VERSION}"'
"""How the column begins if this version of the reader has read it."""

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


def answer_text(reading: AnswerReading | None, answer: str) -> str:
    if reading is None:
        return ""
    clauses = [
        [
            *(each.start, len(each.text), each.act, each.kind, each.topics, each.speaks, each.about),
            *(int(each.is_decisive), round(each.certainty, 4), int(each.is_sure), round(each.weight, 4)),
        ]
        for each in reading.clauses
    ]
    return _json({"reader": READER_VERSION, "of": digest_of(answer), "clauses": clauses})


def answer_in(stored: str, answer: str) -> AnswerReading | None:
    """Returns None if this answer is not read, or by another version of the reader."""

    def reading(data: Any) -> AnswerReading | None:
        if data["reader"] != READER_VERSION or data["of"] != digest_of(answer):
            return None
        return AnswerReading(tuple(_clause(answer, columns) for columns in data["clauses"]))

    return _parsed(stored, reading)


def _clause(answer: str, columns: Sequence[Any]) -> Clause:
    start, length, act, kind, topics, speaks, about, is_decisive, certainty, is_sure, weight = columns
    return Clause(
        _quoted(answer, start, length),
        start,
        _member(Act, act),
        _member(StatementKind, kind),
        tuple(map(_text, topics)),
        _member(Direction, speaks),
        _member(About, about),
        bool(is_decisive),
        float(certainty),
        bool(is_sure),
        float(weight),
    )


def digest_of(text: str, *about: int | str) -> str:
    """Hashes what a reading depends on, except for the reader. `about`: id of the interview type and version of the
    guide, and for a reported reason the competitor of its deal. An answer has none, because it is read only once.

    The vendor's name is left out, so that the readings of an org that is renamed stay valid.
    """
    return blake2b(" ".join(map(str, (*about, text))).encode(), digest_size=9).hexdigest()


@dataclass(frozen=True)
class TextReading:
    """Of an objective, notes or a reported reason. `of`: its digest. `source`: MODEL or a version of the reader."""

    of: str
    reading: ObjectiveReading = field(repr=False)
    source: str = READER_VERSION


@dataclass(frozen=True)
class SteeringReading:
    """`objective` and `notes`: what they ask about or avoid. `reason`: the topics that the reported reason names."""

    objective: TextReading
    notes: TextReading
    reason: TextReading

    @property
    def text(self) -> str:
        """Begins with the version of the reader: the worker reads again what begins with another one."""
        parts = {each.name: _text_columns(getattr(self, each.name)) for each in fields(self)}
        return _json({"reader": READER_VERSION, **parts})

    def with_objective(self, reading: ObjectiveReading) -> Self:
        """`reading`: by the model, which reads no parts."""
        whole = replace(reading, parts=self.objective.reading.parts)
        return replace(self, objective=TextReading(self.objective.of, whole, MODEL))


def text_in(
    part: Literal["objective", "notes", "reason"], stored: str, text: str, *about: int | str
) -> TextReading | None:
    """Returns None if this text is not read, or by another version of the reader. `about`: as of digest_of()."""
    of = digest_of(text, *about)
    if not text.strip():
        return TextReading(of, ObjectiveReading())

    def reading(data: Any) -> TextReading | None:
        columns = data[part]
        if columns["of"] != of or columns["source"] not in (MODEL, READER_VERSION):
            return None
        places = {
            name: tuple(
                TopicReading(_text(topic), bool(is_avoided), _quoted(text, start, length), start)
                for topic, is_avoided, start, length in columns[name]
            )
            for name in ("topics", "parts")
        }
        subjects = tuple((_text(subject), _text(topic)) for subject, topic in columns["subjects"])
        return TextReading(of, ObjectiveReading(subjects=subjects, **places), columns["source"])

    return _parsed(stored, reading)


def _text_columns(read: TextReading) -> dict[str, Any]:
    places = {
        name: [[each.topic, int(each.is_avoided), each.start, len(each.words)] for each in getattr(read.reading, name)]
        for name in ("topics", "parts")
    }
    return {"of": read.of, "source": read.source, "subjects": read.reading.subjects, **places}


def _parsed(stored: str, reading_of: Callable[[Any], Value | None]) -> Value | None:
    if not stored:
        return None
    try:
        return reading_of(json.loads(stored))
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        # Without the error, whose message may quote the reading.
        logger.warning("A stored reading is not valid. It counts as not read.")
        return None


def _quoted(text: str, start: int, length: int) -> str:
    if not 0 <= start < start + length <= len(text):
        raise ValueError("The place is not in the text.")
    return text[start : start + length]


def _member(kind: Callable[[str], Value], value: str | None) -> Value | None:
    return None if value is None else kind(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("A text is expected.")
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
