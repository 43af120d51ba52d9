"""Full-text search in the answers of completed interviews, newest first (decision 60).

The decision says why PostgreSQL searches in two steps, and what each of them reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Substr

from hindsight.db.full_text import Marks, Span, quoted_terms
from hindsight.text.visible import position_in, visible
from interviews.models import Driver, IndexedAnswer
from interviews.models.indexed_answer import FULL_TEXT_INDEX, IndexedAnswerQuerySet
from interviews.paige.answers.transcript_markdown import unescaped
from interviews.services.excerpts import excerpt_around, joined, parts_of

NEWEST, WINDOW = 5_000, 20_000
"""Numbers of answers."""
FEW = 200
"""Answers of the window that have all of the words: that one in a hundred has them is few."""
BEFORE_ALL_IDS = 0


class Last(NamedTuple):
    completed_at: datetime
    id: int


@dataclass(frozen=True)
class Search:
    """`text`: words, and phrases in quotation marks; an answer has to have all of them.

    `topic`: of the question, or of a driver in the answer. `direction`: of a driver in the answer, on the topic.
    """

    text: str = field(repr=False)
    completed_after: datetime | None = None
    completed_since: datetime | None = None
    completed_before: datetime | None = None
    topic: str = ""
    direction: str = ""

    @property
    def terms(self) -> str:
        return quoted_terms(self.text)

    @property
    def period(self) -> Q:
        limits = {
            "completed_at__gt": self.completed_after,
            "completed_at__gte": self.completed_since,
            "completed_at__lt": self.completed_before,
        }
        return Q(**{name: time for name, time in limits.items() if time})

    @property
    def subject(self) -> Q:
        values = {"topic": self.topic, "direction": self.direction}
        drivers = Exists(_drivers(**{name: value for name, value in values.items() if value}))
        if self.direction:
            return Q(drivers)
        return Q(topic=self.topic) | Q(drivers) if self.topic else Q()


@dataclass(frozen=True)
class Hit:
    """`matches`, and `start` and `end` of the excerpt, count code points of the transcript as it is shown.

    `parts`: of the excerpt, each with whether it matches.
    """

    answer: IndexedAnswer
    start: int
    end: int
    excerpt: str = field(repr=False)
    matches: list[Span]
    parts: list[tuple[str, bool]] = field(repr=False)

    @property
    def topic_title(self) -> str:
        topic, transcript = self.answer.topic, self.answer.interview_request.transcript
        return next((each["title"] for each in transcript.key_answers if each["topic"] == topic), topic)


def search_transcripts(
    rows: IndexedAnswerQuerySet, search: Search, *, limit: int, last: Last | None = None
) -> tuple[list[Hit], Last | None]:
    """Returns the hits of a page, and the last place that was searched if there are more answers. A page can have fewer
    hits than `limit`, even none, before the last one. `rows`: of the orgs that are searched.
    """
    if not search.terms:
        return [], None
    rows = rows.filter(search.period)
    if last:
        # Both databases read an index by the second condition, which follows from the first one.
        before = Q(completed_at__lt=last.completed_at) | Q(completed_at=last.completed_at, pk__lt=last.id)
        rows = rows.filter(before, completed_at__lte=last.completed_at)
    places, more = _page(rows, search, limit)
    return _hits([place.id for place in places], search.terms), more


def _page(rows: IndexedAnswerQuerySet, search: Search, limit: int) -> tuple[list[Last], Last | None]:
    matches = rows.matching(search.terms).filter(search.subject)
    if connection.vendor != "postgresql":
        return _cut(matches.newest_first(), limit)
    for size in (NEWEST, WINDOW):
        oldest = _oldest(rows, size)
        if oldest is None:
            return _cut(matches.newest_first(by_index=False), limit)
        window = rows.filter(completed_at__gte=oldest)
        if size == WINDOW and window.read_for_words(search.terms).count() <= FEW:
            return _cut(matches.newest_first(by_index=False), limit)
        places, more = _cut(window.read_for(search.terms).filter(search.subject).newest_first(), limit)
        if more or size == WINDOW:
            return places, more or Last(oldest, BEFORE_ALL_IDS)
    return [], None


def _oldest(rows: IndexedAnswerQuerySet, size: int) -> datetime | None:
    """The time of the oldest one of `size` newest answers. None if there are no more than these."""
    return rows.newest_first().values_list("completed_at", flat=True)[size : size + 1].first()


def _cut(rows: IndexedAnswerQuerySet, limit: int) -> tuple[list[Last], Last | None]:
    places = [Last(*place) for place in rows.values_list("completed_at", "pk")[: limit + 1]]
    return places[:limit], places[limit - 1] if len(places) > limit else None


def _hits(ids: Sequence[int], terms: str) -> list[Hit]:
    """Without answers that were erased meanwhile."""
    marks = Marks.new()
    content = "interview_request__transcript__content"
    text = Substr(content, F("start") + 1, F("end") - F("start"))
    marked = marks.marked(text, terms, table=IndexedAnswer._meta.db_table, index=FULL_TEXT_INDEX)
    found = (
        IndexedAnswer.objects.filter(pk__in=ids)
        .annotate(marked=marked)
        .select_related(*(f"interview_request__{related}" for related in ("org", "contact", "transcript")))
        .defer("words", "interview_request__contact__notes", "interview_request__transcript__drivers")
    )
    by_id = {answer.pk: _hit(answer, marks) for answer in found}
    return [by_id[pk] for pk in ids if pk in by_id]


def _hit(answer: Any, marks: Marks) -> Hit:
    content = answer.interview_request.transcript.content
    text = content[answer.start : answer.end]
    matches = joined(text, marks.spans(answer.marked, text))
    excerpt = excerpt_around(text, matches)
    shown_at = position_in(content)
    place = [shown_at(answer.start + offset) for offset in excerpt]
    inside = [match for match in matches if excerpt.start <= match.start and match.end <= excerpt.end]
    return Hit(
        answer=answer,
        start=place[0],
        end=place[1],
        excerpt=_shown(text, excerpt),
        matches=[Span(*(shown_at(answer.start + offset) for offset in match)) for match in inside],
        parts=[(_shown(text, part), part in inside) for part in parts_of(excerpt, inside)],
    )


def _shown(text: str, part: Span) -> str:
    return visible(unescaped(text[part.start : part.end]))


def _drivers(**values: str) -> Any:
    in_answer = {"interview_request": OuterRef("interview_request"), "turn": OuterRef("turn")}
    return Driver.objects.not_rejected().filter(**in_answer, **values)
