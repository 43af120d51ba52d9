"""Full-text search in the answers of completed interviews, newest first (decision 60).

The decision says why PostgreSQL searches in two steps, and what each of them reads.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Substr

from hindsight.db.full_text import Marks, Span, configuration_of, quoted_terms, words_of
from hindsight.text.visible import position_in, visible
from interviews.lifecycle import Speaker
from interviews.models import Driver, IndexedAnswer, Transcript
from interviews.models.transcript import FULL_TEXT_INDEX, IndexedAnswerQuerySet
from interviews.paige.dialogue import Block, blocks, unescaped
from interviews.services.state import language_of

NEWEST, WINDOW = 5_000, 20_000
"""Numbers of answers."""
FEW = 200
"""Answers of the window that have all of the words: that one in a hundred has them is few."""
BEFORE_ALL_IDS = 0

EXCERPT_LENGTH = 240
_WORDS_BETWEEN = re.compile(r"\w")


def index_answers(transcript: Transcript) -> None:
    """Call it in the transaction that writes the content."""
    interview_request = transcript.interview_request
    IndexedAnswer.objects.filter(interview_request=interview_request).delete()
    topics = {
        **topics_of_excerpts(transcript.key_answers),
        **dict(interview_request.turns.values_list("number", "topic")),
    }
    IndexedAnswer.objects.bulk_create(
        IndexedAnswer(
            org_id=transcript.org_id,
            interview_request=interview_request,
            completed_at=interview_request.completed_at,  # type: ignore[misc]  # of a completed one
            **values,
        )
        for values in indexed_values(transcript.content, topics, language_of(interview_request))
    )


def indexed_values(content: str, topics: Mapping[int, str], language: str) -> Iterator[dict[str, Any]]:
    """Yields the last answer first: hits are ordered by descending id. Skips are left out.

    A content that is not a transcript has no answers.
    """
    configuration = configuration_of(language)
    for turn, block in reversed([*enumerate(_blocks(content), start=1)]):
        if block.speaker == Speaker.CONTACT and block.text:
            yield {
                "topic": topics.get(turn, ""),
                "turn": turn,
                "start": block.start,
                "end": block.start + len(block.markdown),
                "configuration": configuration,
                "words": words_of(block.markdown, configuration),
            }


def _blocks(content: str) -> list[Block]:
    try:
        return blocks(content)
    except ValueError:
        return []


def topics_of_excerpts(key_answers: list[Any]) -> dict[int, str]:
    """Topics by turn, for demo data, which has no turns."""
    return {place["turn"]: each["topic"] for each in key_answers for place in each.get("places", [])}


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
        in_answer = {"interview_request": OuterRef("interview_request"), "turn": OuterRef("turn")}
        of_answer = Driver.objects.not_rejected().filter(**in_answer)
        drivers = Exists(of_answer.filter(**{name: value for name, value in values.items() if value}))
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


def excerpt_around(text: str, matches: Sequence[Span]) -> Span:
    """The text around its longest match, from space to space. Without matches, its beginning."""
    longest = max(matches, key=lambda span: span.end - span.start, default=Span(0, 0))
    start = max(0, (longest.start + longest.end - EXCERPT_LENGTH) // 2)
    end = min(len(text), max(start + EXCERPT_LENGTH, longest.end))
    start = max(0, min(start, end - EXCERPT_LENGTH))
    return trimmed(text, Span(_next_space(text, start, longest.start), _last_space(text, end, longest.end)))


def joined(text: str, matches: Sequence[Span]) -> list[Span]:
    """Adjacent words, as in a phrase, are one match."""
    spans: list[Span] = []
    for match in matches:
        if spans and not _WORDS_BETWEEN.search(text, spans[-1].end, match.start):
            spans[-1] = Span(spans[-1].start, match.end)
        else:
            spans.append(match)
    return spans


def parts_of(excerpt: Span, matches: Sequence[Span]) -> list[Span]:
    """The matches, which are in the excerpt, and what is between them."""
    ends = [excerpt.start, *(end for match in matches for end in match), excerpt.end]
    return [Span(start, end) for start, end in pairwise(ends) if start < end]


def trimmed(text: str, span: Span) -> Span:
    part = text[span.start : span.end]
    start = span.start + len(part) - len(part.lstrip())
    return Span(start, max(start, span.start + len(part.rstrip())))


def _next_space(text: str, start: int, before: int) -> int:
    space = re.compile(r"\s").search(text, start, before) if start else None
    return space.end() if space else start


def _last_space(text: str, end: int, after: int) -> int:
    spaces = [found.start() for found in re.compile(r"\s").finditer(text, after, end)] if end < len(text) else []
    return spaces[-1] if spaces else end


def _shown(text: str, part: Span) -> str:
    return visible(unescaped(text[part.start : part.end]))
