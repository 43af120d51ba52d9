"""How interviews go, of all orgs or some. SQL reads ranges of indexes, whatever the size of the tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Count, Expression, F, Model, Q, QuerySet, Value
from django.utils import timezone

from interviews.lifecycle import Stage, Status
from interviews.models import Conversation, InterviewRequest
from interviews.models.conversation import UNFINISHED, is_abandoned, is_running

WEEK = timedelta(days=7)
WEEKS = 12
MAX_TOPICS = 5

Row = TypeVar("Row", bound=Model)


class Topic(NamedTuple):
    """`stopped`: interviews that were broken off at this topic. `key`: empty before the first topic."""

    key: str
    stopped: int


@dataclass(frozen=True)
class Week:
    """`requests`: created in this week; `answered`: those of them that are completed.

    The other numbers are of the interviews with a consent in this week.
    """

    starts: datetime
    requests: int
    answered: int
    begun: int
    completed: int
    declined: int
    abandoned: int

    @property
    def ends(self) -> datetime:
        return self.starts + WEEK

    @property
    def running(self) -> int:
        return self.begun - self.completed - self.broken_off

    @property
    def broken_off(self) -> int:
        return self.declined + self.abandoned


@dataclass(frozen=True)
class InterviewStatistics:
    """`weeks`: oldest first. `topics`: most frequent first."""

    running: int
    abandoned: int
    weeks: tuple[Week, ...]
    topics: tuple[Topic, ...]

    def total(self, number: str) -> int:
        """Over all weeks."""
        return sum(getattr(week, number) for week in self.weeks)

    @property
    def completion_percent(self) -> int | None:
        return completion_percent(self.total("completed"), self.total("broken_off"))

    @property
    def answer_percent(self) -> int | None:
        """Of the interview requests that were created in these weeks."""
        return completion_percent(self.total("answered"), self.total("requests") - self.total("answered"))


def completion_percent(completed: int, others: int) -> int | None:
    """None if there are none."""
    number = completed + others
    return round(100 * completed / number) if number else None


def interview_statistics(org_ids: Collection[int] | None = None) -> InterviewStatistics:
    """`org_ids` None: of all orgs, without test rooms."""
    conversations, starts = _of(Conversation.objects.all(), org_ids), starts_of_weeks()
    by_topic = conversations.filter(consented_at__gte=starts[0]).broken_off().values_list("last_topic")
    stopped = by_topic.annotate(stopped=Count("*")).order_by("-stopped", "last_topic")
    return InterviewStatistics(
        **conversations.filter(stage__in=UNFINISHED).aggregate(
            running=Count("stage", filter=is_running()),
            abandoned=Count("stage", filter=is_abandoned()),
        ),
        weeks=_weeks(org_ids, starts),
        topics=tuple(Topic(*row) for row in stopped[:MAX_TOPICS]),
    )


def starts_of_weeks() -> list[datetime]:
    """Mondays at midnight (UTC), oldest first, up to the current week."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return [monday - WEEK * number for number in reversed(range(WEEKS))]


def _of(rows: QuerySet[Row], org_ids: Collection[int] | None) -> Any:
    ordered: Any = rows.order_by()
    return ordered.without_test_rooms() if org_ids is None else ordered.filter(org__in=org_ids)


def _of_by_time(rows: QuerySet[Row], org_ids: Collection[int] | None) -> Any:
    """SQLite would use an index on the org, and read all its rows for each range. `org_id + 0` has no index."""
    if org_ids is None or connection.vendor != "sqlite":
        return _of(rows, org_ids)
    return rows.order_by().alias(of_org=F("org_id") + 0).filter(of_org__in=org_ids)


def _weeks(org_ids: Collection[int] | None, starts: Sequence[datetime]) -> tuple[Week, ...]:
    answered = Count("status", filter=Q(status=Status.COMPLETED))
    requests = _of_by_time(InterviewRequest.objects.all(), org_ids)
    created = _by_week(requests, "created_at", starts, requests=Count("*"), answered=answered)
    begun = _by_week(
        _of_by_time(Conversation.objects.all(), org_ids),
        "consented_at",
        starts,
        begun=Count("*"),
        completed=Count("stage", filter=Q(stage=Stage.COMPLETED)),
        declined=Count("stage", filter=Q(stage=Stage.DECLINED)),
        abandoned=Count("stage", filter=is_abandoned()),
    )
    return tuple(Week(starts=start, **created[number], **begun[number]) for number, start in enumerate(starts))


def _by_week(rows: Any, field: str, starts: Sequence[datetime], **counts: Expression) -> dict[int, dict[str, int]]:
    """One statement with one index range for each week, because SQLite has no fast function that truncates times."""
    parts = [
        rows.filter(**{f"{field}__gte": start, f"{field}__lt": start + WEEK})
        .values(number=Value(number))
        .annotate(**counts)
        for number, start in enumerate(starts)
    ]
    none = {number: dict.fromkeys(counts, 0) for number in range(len(starts))}  # Django runs no SQL without orgs
    return none | {row.pop("number"): row for row in parts[0].union(*parts[1:], all=True)}
