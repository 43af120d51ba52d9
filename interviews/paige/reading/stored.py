"""Readings as the text of a column. A text that is empty, unknown or broken counts as not read.

What is quoted is stored as a place in the text that was read, so that a column has no second copy of it.
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
"""The source of a reading of the model behind the endpoint. A new version of the reader does not replace it."""

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


def answer_text(reading: AnswerReading | None, answer: str) -> str:
    if reading is None:
        return ""
    clauses = [_clause_columns(clause) for clause in reading.clauses]
    return _json({"reader": READER_VERSION, "of": digest_of(answer), "clauses": clauses})


def answer_in(stored: str, answer: str) -> AnswerReading | None:
    """None if this answer is not read, or by another version of the reader."""
    return _parsed(stored, lambda data: _answer(data, answer))


def _answer(data: Any, answer: str) -> AnswerReading | None:
    if data["reader"] != READER_VERSION or data["of"] != digest_of(answer):
        return None
    return AnswerReading(tuple(_clause(answer, columns) for columns in data["clauses"]))


def _clause_columns(clause: Clause) -> list[Any]:
    certainty = round(clause.certainty, 4)
    said = [clause.act, clause.kind, clause.topics, clause.speaks, clause.about, int(clause.is_decisive), certainty]
    return [clause.start, len(clause.text), *said]


def _clause(answer: str, columns: Sequence[Any]) -> Clause:
    start, length, act, kind, topics, speaks, about, is_decisive, certainty = columns
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
    )


def digest_of(text: str, *about: int | str) -> str:
    """Of what a reading depends on, except for the reader. `about`: interview type and version of the guide, and for a
    reported reason the competitor of its deal. Nothing for an answer: it is read once, whatever becomes of the guide.

    Without the vendor's name: texts from before an org was renamed name it as it was called then.
    """
    return blake2b(" ".join(map(str, (*about, text))).encode(), digest_size=9).hexdigest()


@dataclass(frozen=True)
class TextReading:
    """Of an objective, of notes, or of a reported reason. `of`: the digest_of() the text. `source`: MODEL, or the
    version of the reader.
    """

    of: str
    reading: ObjectiveReading = field(repr=False)
    source: str = READER_VERSION


@dataclass(frozen=True)
class SteeringReading:
    """What objective and notes say about the topics of the guide. `reason`: the topics that the reported reason of the
    deal names.
    """

    objective: TextReading
    notes: TextReading
    reason: TextReading

    @property
    def text(self) -> str:
        """Begins with the version of the reader, by which the worker finds what it has to read again."""
        parts = {each.name: _text_columns(getattr(self, each.name)) for each in fields(self)}
        return _json({"reader": READER_VERSION, **parts})

    def with_objective(self, reading: ObjectiveReading) -> Self:
        """With the reading of the model."""
        return replace(self, objective=TextReading(self.objective.of, reading, MODEL))


READ_BY_THIS_VERSION = f'{{"reader":"{READER_VERSION}"'


def text_in(
    part: Literal["objective", "notes", "reason"], stored: str, text: str, *about: int | str
) -> TextReading | None:
    """None if this text is not read, or by another version of the reader. `about`: as of digest_of()."""
    of = digest_of(text, *about)
    if not text.strip():
        return TextReading(of, ObjectiveReading())
    return _parsed(stored, lambda data: _current(data[part], text, of))


def _current(columns: Any, text: str, of: str) -> TextReading | None:
    if columns["of"] != of or columns["source"] not in (MODEL, READER_VERSION):
        return None
    topics = tuple(_topic(text, *each) for each in columns["topics"])
    subjects = tuple((_text(subject), _text(topic)) for subject, topic in columns["subjects"])
    return TextReading(of, ObjectiveReading(topics, subjects), columns["source"])


def _text_columns(read: TextReading) -> dict[str, Any]:
    topics = [[each.topic, int(each.is_avoided), each.start, len(each.words)] for each in read.reading.topics]
    return {"of": read.of, "source": read.source, "topics": topics, "subjects": read.reading.subjects}


def _topic(text: str, topic: str, is_avoided: int, start: int, length: int) -> TopicReading:
    return TopicReading(_text(topic), bool(is_avoided), _quoted(text, start, length), start)


def _parsed(stored: str, reading_of: Callable[[Any], Value | None]) -> Value | None:
    if not stored:
        return None
    try:
        return reading_of(json.loads(stored))
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        # Without its cause, which may quote it.
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
