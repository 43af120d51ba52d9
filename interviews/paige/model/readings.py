"""A model gives readings of the types that the encoder gives.

Of its replies, only labels and exact parts of the text are taken. What is missing or not valid stays as the encoder
read it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

from interviews.lifecycle import Direction
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.guide.guide import Guide
from interviews.paige.model.asking import CompletionProvider, ask
from interviews.paige.model.prompt import clause_messages, objective_messages
from interviews.paige.model.reply import whole_object
from interviews.paige.reading.readings import (
    MAX_TOPICS,
    QUESTIONS,
    WISHES,
    About,
    Clause,
    ObjectiveReading,
    StatementKind,
    TopicReading,
)
from interviews.paige.turn.brief import Brief

MAX_CLAUSES, MAX_REQUESTS = 50, 4
"""In a request, and for an interview: 200 clauses are about 2,500 words. The encoder's readings of later ones stay."""
MAX_REPLY_TOKENS = 4_096
"""An entry is about 30 tokens."""

NEITHER = "neither"
_SPEAKS: Mapping[Any, Direction | None] = {"for": Direction.FOR, "against": Direction.AGAINST, NEITHER: None}

Labels = Mapping[str, Any]
"""New values of fields of a clause."""


def model_answer_readings(
    provider: CompletionProvider, brief: Brief, *, timeout: float
) -> tuple[Utterance, ...] | None:
    """The conversation with the model's readings. None if the model gives none.

    Takes up to `timeout` seconds: do not call it inside a database transaction.
    """
    deadline = monotonic() + timeout
    clauses = [(at, clause) for at, turn in enumerate(brief.heard) if turn.reading for clause in turn.reading.clauses]
    found: dict[tuple[int, int], Labels] = {}
    for first in range(0, min(len(clauses), MAX_CLAUSES * MAX_REQUESTS), MAX_CLAUSES):
        part = clauses[first : first + MAX_CLAUSES]
        for number, label in _asked_labels(provider, brief, part, deadline - monotonic()).items():
            at, clause = part[number - 1]
            found[at, clause.start] = label
    return tuple(_relabelled(turn, at, found) for at, turn in enumerate(brief.heard)) if found else None


def _asked_labels(
    provider: CompletionProvider, brief: Brief, clauses: Sequence[tuple[int, Clause]], seconds: float
) -> Mapping[int, Labels]:
    asked = ask(
        provider,
        lambda _: clause_messages(brief, clauses),
        _clauses_schema(brief.guide, len(clauses)),
        partial(read_labels, clauses=len(clauses), guide=brief.guide),
        asked_for="reading",
        seconds=seconds,
        max_tokens=MAX_REPLY_TOKENS,
    )
    return asked.chosen or {}


def model_objective_reading(
    provider: CompletionProvider, text: str, guide: Guide, *, timeout: float
) -> ObjectiveReading | None:
    """None if the model fails. Takes up to `timeout` seconds: do not call it inside a database transaction."""
    if not text.strip():
        return ObjectiveReading()
    return ask(
        provider,
        lambda _: objective_messages(guide.topics, text),
        _objective_schema(guide),
        partial(read_objective_reply, text=text, guide=guide),
        asked_for="reading",
        seconds=timeout,
        max_tokens=MAX_REPLY_TOKENS,
    ).chosen


def read_labels(reply: str, clauses: int, guide: Guide) -> dict[int, Labels] | None:
    """By number. A number with two entries has none. None if the reply has no list of entries."""
    entries = whole_object(reply).get("clauses")
    if not isinstance(entries, list):
        return None
    numbered = [(each["clause"], each) for each in _objects(entries) if type(each.get("clause")) is int]
    counts = Counter(number for number, _ in numbered)
    return {
        number: _labels(entry, guide)
        for number, entry in numbered
        if 1 <= number <= clauses and counts[number] == 1 and entry.get("speaks") in [*_SPEAKS]
    }


def read_objective_reply(reply: str, text: str, guide: Guide) -> ObjectiveReading | None:
    """Entries whose words are no part of the text are left out. None if the reply has no list of topics."""
    found = whole_object(reply)
    if not isinstance(found.get("topics"), list):
        return None
    read = ObjectiveReading.of(_topic_readings(found["topics"], text, guide))
    asked = [each.topic for each in read.topics if not each.is_avoided]
    return ObjectiveReading.of(read.topics, _subjects(found.get("subjects"), text, asked))


def _labels(entry: Mapping[str, Any], guide: Guide) -> Labels:
    labels: dict[str, Any] = {"speaks": _SPEAKS[entry["speaks"]]}
    if entry.get("about") in [*About]:
        labels["about"] = About(entry["about"])
    if isinstance(entry.get("decisive"), bool):
        labels["is_decisive"] = entry["decisive"]
    if isinstance(entry.get("topics"), list):
        told = [key for key in entry["topics"] if key in [topic.key for topic in guide.topics]]
        labels["topics"] = tuple(dict.fromkeys(told))[:MAX_TOPICS]
    return labels


def _relabelled(turn: Utterance, at: int, found: Mapping[tuple[int, int], Labels]) -> Utterance:
    if turn.reading is None:
        return turn
    clauses = tuple(_read_as(clause, found.get((at, clause.start), {})) for clause in turn.reading.clauses)
    return replace(turn, reading=replace(turn.reading, clauses=clauses))


def _read_as(clause: Clause, labels: Labels) -> Clause:
    """A clause that speaks for or against the vendor states something, unless it is a question or a wish."""
    read = replace(clause, **labels)
    if read.speaks and read.act not in QUESTIONS | WISHES:
        read = replace(read, kind=read.kind or StatementKind.JUDGEMENT, act=None)
    return read


def _topic_readings(entries: Sequence[Any], text: str, guide: Guide) -> Iterator[TopicReading]:
    known = [topic.key for topic in guide.topics]
    for each in _objects(entries):
        key, words, is_avoided = each.get("topic"), each.get("words"), each.get("avoided")
        if key in known and isinstance(is_avoided, bool) and _is_part(words, text):
            yield TopicReading(key, is_avoided, words, text.index(words))


def _subjects(entries: Any, text: str, asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each in _objects(entries):
        words, topic = each.get("words"), each.get("topic")
        if _is_part(words, text):
            yield words, topic if topic in asked else ""


def _objects(entries: Any) -> list[Any]:
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def _is_part(words: Any, text: str) -> bool:
    return isinstance(words, str) and bool(words.strip()) and words in text


def _clauses_schema(guide: Guide, clauses: int) -> Mapping[str, Any]:
    entry = _object(
        clause={"type": "integer", "enum": [*range(1, clauses + 1)]},
        speaks={"type": "string", "enum": [*_SPEAKS]},
        about={"type": "string", "enum": [each.value for each in About]},
        decisive={"type": "boolean"},
        topics={"type": "array", "items": _topic_schema(guide)},
    )
    return _object(clauses={"type": "array", "items": entry})


def _objective_schema(guide: Guide) -> Mapping[str, Any]:
    words = {"type": "string"}
    topic = _object(topic=_topic_schema(guide), avoided={"type": "boolean"}, words=words)
    subject = _object(words=words, topic=_topic_schema(guide, ""))
    return _object(topics={"type": "array", "items": topic}, subjects={"type": "array", "items": subject})


def _topic_schema(guide: Guide, *others: str) -> Mapping[str, Any]:
    return {"type": "string", "enum": [*(topic.key for topic in guide.topics), *others]}


def _object(**properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
