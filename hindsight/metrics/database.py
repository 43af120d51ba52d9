from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import Error as DatabaseError
from django.db import connection
from django.db.transaction import atomic
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hindsight.queue.kinds import Backlog, backlogs

# Prometheus gives up a scrape after 10 s by default.
TIMEOUT_SECONDS = 2


class QueueCollector(Collector):
    """After a scrape has timed out, no further query is started before that one has ended."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, "metrics")
        self.reading: Future[dict[str, Backlog]] | None = None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        found = self._backlogs()
        is_readable = GaugeMetricFamily("hindsight_queues_readable", "Whether the queues were read in time: 1 or 0.")
        is_readable.add_metric([], found is not None)
        tasks = GaugeMetricFamily("hindsight_queue_tasks", "Tasks that wait for a worker.", labels=["queue"])
        oldest = GaugeMetricFamily(
            "hindsight_queue_oldest_seconds", "How long the oldest of them has waited.", labels=["queue"]
        )
        for queue, backlog in (found or {}).items():
            tasks.add_metric([queue], backlog.due)
            oldest.add_metric([queue], backlog.wait.total_seconds())
        return is_readable, tasks, oldest

    def _backlogs(self) -> dict[str, Backlog] | None:
        if self.reading is None or self.reading.done():
            self.reading = self.thread.submit(_read)
        try:
            return self.reading.result(TIMEOUT_SECONDS)
        except (TimeoutError, DatabaseError):
            return None


def _read() -> dict[str, Backlog]:
    try:
        with _statement_timeout():
            return backlogs()
    finally:
        connection.close()  # scrapes are rare


@contextmanager
def _statement_timeout() -> Iterator[None]:
    """On PostgreSQL. In a transaction, because PgBouncer gives the session to others afterwards."""
    if connection.vendor != "postgresql":
        yield
        return
    with atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_SECONDS * 1000}")
        yield
