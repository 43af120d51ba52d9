"""Rooms above register their kinds."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from hindsight.queue.models import Queued, is_due, is_leased, running_workers
from hindsight.queue.shares import Lane, Shares

Row = TypeVar("Row", bound=Queued)


class Kind(ABC, Generic[Row]):
    """`threads`: of each worker process. `lane`: the field that names the lane. `written`: what `begin()` changes."""

    name: str
    threads: int
    shares: Shares
    lease_time: timedelta
    lane = "org_id"
    written: Sequence[str] = ()

    @abstractmethod
    def rows(self) -> QuerySet[Row]:
        """Unfinished rows, due or not, leased or not."""

    def start(self) -> Iterable[None]:
        """Iterated once by each worker, in a thread of the kind. Yields where a worker may stop. May be repeated."""
        return ()

    def due_lanes(self, now: datetime) -> list[Lane]:
        """Lanes with due rows, the longest wait first."""
        model: Any = self.rows().model
        orgs = self.with_due_rows(model.org.field.related_model._default_manager, now)
        return [Lane(pk, pk) for pk in orgs.values_list("pk", flat=True)]

    def with_due_rows(self, lanes: Any, now: datetime) -> Any:
        """In the order of `due_lanes()`. `lanes`: rows that `lane` refers to. One look-up in the index for each of
        them, however many rows of the queue it has.
        """
        due = self.rows().filter(is_due(now), **{self.lane: OuterRef("pk")}).order_by("due_at")
        return lanes.annotate(oldest=Subquery(due.values("due_at")[:1])).exclude(oldest=None).order_by("oldest")

    def leased_lanes(self, now: datetime) -> list[Lane]:
        """One for each leased row."""
        leased = self.rows().filter(is_leased(now)).order_by()
        return [Lane(org_id, org_id) for org_id in leased.values_list("org_id", flat=True)]

    def begin(self, row: Row, now: datetime) -> bool:
        """Called for a row that is being leased. Returns whether it is to be run."""
        return True

    @abstractmethod
    def run(self, row: Row) -> None:
        """Called in a thread of a worker, without a transaction."""


KINDS: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    KINDS[kind.name] = kind


class Backlog(NamedTuple):
    """`due`: rows that wait for a worker. `wait`: of the oldest of them."""

    due: int
    wait: timedelta


def backlogs() -> dict[str, Backlog]:
    """By kind. Executes one statement for each."""
    now, found = timezone.now(), {}
    for name, kind in KINDS.items():
        counted = kind.rows().filter(is_due(now)).order_by().aggregate(due=Count("pk"), oldest=Min("due_at"))
        found[name] = Backlog(counted["due"], now - (counted["oldest"] or now))
    return found


def queues_and_workers() -> Iterable[GaugeMetricFamily]:
    text = "How long the oldest of them has waited."
    oldest = GaugeMetricFamily("hindsight_queue_oldest_seconds", text, labels=["queue"])
    tasks = GaugeMetricFamily("hindsight_queue_tasks", "Tasks that wait for a worker.", labels=["queue"])
    for queue, backlog in backlogs().items():
        tasks.add_metric([queue], backlog.due)
        oldest.add_metric([queue], backlog.wait.total_seconds())
    yield tasks
    yield oldest
    yield GaugeMetricFamily("hindsight_workers", "Processes of run_worker that run.", value=running_workers())
