"""Readings by the model behind the endpoint, of the same types as the readings of the encoder.

Only labels and exact parts of the text are taken from its replies. Where a reply has no valid value, the reading of the
encoder stays.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from interviews.lifecycle import Direction
from interviews.paige.chat import ChatMessage, object_schema
from interviews.paige.dialogue import Utterance
from interviews.paige.guide.guide import Guide
from interviews.paige.model.asking import CompletionProvider, ask, objects_in, whole_object
from interviews.paige.model.prompt import clause_messages, objective_messages
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
"""Of a request, and of an interview: 200 clauses are about 2,500 words. Later ones keep the encoder's readings."""
MAX_REPLY_TOKENS = 4_096
"""An entry is about 30 tokens."""

NEITHER = "neither"
_SPEAKS: Mapping[Any, Direction | None] = {"for": Direction.FOR, "against": Direction.AGAINST, NEITHER: None}

T = TypeVar("T")
Labels = Mapping[str, Any]
"""New values of fields of a clause."""


def model_answer_readings(
    provider: CompletionProvider, brief: Brief, *, timeout: float
) -> tuple[Utterance, ...] | None:
    """The conversation with the model's readings, or None if the model gives none.

    Takes up to `timeout` seconds: do not call it inside a transaction.
    """
    deadline = monotonic() + timeout
    clauses = [(at, clause) for at, turn in enumerate(brief.heard) if turn.reading for clause in turn.reading.clauses]
    found: dict[tuple[int, int], Labels] = {}
    for first in range(0, min(len(clauses), MAX_CLAUSES * MAX_REQUESTS), MAX_CLAUSES):
        part = clauses[first : first + MAX_CLAUSES]
        messages, schema = clause_messages(brief, part), _clauses_schema(brief.guide, len(part))
        read = partial(read_labels, clauses=len(part), guide=brief.guide)
        labels = _asked(provider, messages, schema, read, deadline - monotonic()) or {}
        found |= {(at, clause.start): labels[n] for n, (at, clause) in enumerate(part, start=1) if n in labels}
    return tuple(_relabelled(turn, at, found) for at, turn in enumerate(brief.heard)) if found else None


def model_objective_reading(
    provider: CompletionProvider, text: str, guide: Guide, *, timeout: float
) -> ObjectiveReading | None:
    """Returns None if the model fails. Takes up to `timeout` seconds: do not call it inside a transaction."""
    if not text.strip():
        return ObjectiveReading()
    messages, read = objective_messages(guide.topics, text), partial(read_objective_reply, text=text, guide=guide)
    return _asked(provider, messages, _objective_schema(guide), read, timeout)


def _asked(
    provider: CompletionProvider,
    messages: Sequence[ChatMessage],
    schema: Mapping[str, Any],
    read: Callable[[str], T | None],
    seconds: float,
) -> T | None:
    return ask(
        provider, lambda _: messages, schema, read, asked_for="reading", seconds=seconds, max_tokens=MAX_REPLY_TOKENS
    ).chosen


def read_labels(reply: str, clauses: int, guide: Guide) -> dict[int, Labels] | None:
    """Labels by number, without numbers that have two entries. Returns None if the reply has no list of entries."""
    entries = whole_object(reply).get("clauses")
    if not isinstance(entries, list):
        return None
    numbered = [(each["clause"], each) for each in objects_in(entries) if type(each.get("clause")) is int]
    counts = Counter(number for number, _ in numbered)
    return {
        number: _labels(entry, guide)
        for number, entry in numbered
        if 1 <= number <= clauses and counts[number] == 1 and entry.get("speaks") in [*_SPEAKS]
    }


def read_objective_reply(reply: str, text: str, guide: Guide) -> ObjectiveReading | None:
    """Leaves out entries whose words are not in the text. Returns None if the reply has no list of topics."""
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
    """A clause that speaks for or against the vendor is a statement, unless it is a question or a wish."""
    read = replace(clause, **labels)
    if read.speaks and read.act not in QUESTIONS | WISHES:
        read = replace(read, kind=read.kind or StatementKind.JUDGEMENT, act=None)
    return read


def _topic_readings(entries: Sequence[Any], text: str, guide: Guide) -> Iterator[TopicReading]:
    known = [topic.key for topic in guide.topics]
    for each in objects_in(entries):
        key, words, is_avoided = each.get("topic"), each.get("words"), each.get("avoided")
        if key in known and isinstance(is_avoided, bool) and _is_part(words, text):
            yield TopicReading(key, is_avoided, words, text.index(words))


def _subjects(entries: Any, text: str, asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each in objects_in(entries):
        words, topic = each.get("words"), each.get("topic")
        if _is_part(words, text):
            yield words, topic if topic in asked else ""


def _is_part(words: Any, text: str) -> bool:
    return isinstance(words, str) and bool(words.strip()) and words in text


def _clauses_schema(guide: Guide, clauses: int) -> Mapping[str, Any]:
    entry = object_schema(
        clause={"type": "integer", "enum": [*range(1, clauses + 1)]},
        speaks={"type": "string", "enum": [*_SPEAKS]},
        about={"type": "string", "enum": [each.value for each in About]},
        decisive={"type": "boolean"},
        topics={"type": "array", "items": _topic_schema(guide)},
    )
    return object_schema(clauses={"type": "array", "items": entry})


def _objective_schema(guide: Guide) -> Mapping[str, Any]:
    words = {"type": "string"}
    topic = object_schema(topic=_topic_schema(guide), avoided={"type": "boolean"}, words=words)
    subject = object_schema(words=words, topic=_topic_schema(guide, ""))
    return object_schema(topics={"type": "array", "items": topic}, subjects={"type": "array", "items": subject})


def _topic_schema(guide: Guide, *others: str) -> Mapping[str, Any]:
    return {"type": "string", "enum": [*(topic.key for topic in guide.topics), *others]}
