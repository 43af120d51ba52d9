"""Values that are read from the database at each scrape. Rooms above register their readings."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext

from django.db import Error as DatabaseError
from django.db import connection
from django.db.transaction import atomic
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

# Prometheus gives up a scrape after 10 s by default.
TIMEOUT_SECONDS = 2

Reading = Callable[[], Iterable[GaugeMetricFamily]]
READINGS: list[Reading] = []


class DatabaseCollector(Collector):
    """After a scrape has timed out, no further query is started before that one has ended."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, "metrics")
        self.reading: Future[list[GaugeMetricFamily]] | None = None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        found = self._found()
        text = "Whether the database was read in time: 1 or 0."
        is_readable = GaugeMetricFamily("hindsight_database_readable", text, value=found is not None)
        return is_readable, *(found or ())

    def _found(self) -> list[GaugeMetricFamily] | None:
        if self.reading is None or self.reading.done():
            self.reading = self.thread.submit(_read)
        try:
            return self.reading.result(TIMEOUT_SECONDS)
        except (TimeoutError, DatabaseError):
            return None


def _read() -> list[GaugeMetricFamily]:
    has_timeout = connection.vendor == "postgresql"
    try:
        # In a transaction, because PgBouncer gives the session to others afterwards.
        with atomic() if has_timeout else nullcontext():
            if has_timeout:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_SECONDS * 1000}")
            return [gauge for reading in READINGS for gauge in reading()]
    finally:
        connection.close()  # scrapes are rare
