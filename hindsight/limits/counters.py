"""The counters behind the rate limits: three stores that every worker process shares, as cache backends.

django-ratelimit calls `add`, then `incr`. Here `add` makes the one atomic hit, a single round trip, and `incr` only
tells its result. When a store cannot be reached the library is told so by ValueError and lets the request pass
(RATELIMIT_FAIL_OPEN); that is logged once, and the store is left alone for some seconds.
"""

import logging
import sqlite3
import threading
import time
from functools import cache
from typing import Any, ClassVar

import redis
from django.core.cache.backends.base import BaseCache
from django.db import Error as DatabaseError
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from hindsight.db.sqlite3.base import create_private_file

logger = logging.getLogger(__name__)

SECONDS_BEFORE_RETRY = 5.0

# A row is a window of a key. See hindsight.api.models for the table's columns.
HIT = (
    "INSERT INTO rate_limit_counter (key, count, expires_at) VALUES ({0}, 1, {0}) "
    "ON CONFLICT (key) DO UPDATE SET count = rate_limit_counter.count + 1 RETURNING count"
)
CLEAR = "DELETE FROM rate_limit_counter WHERE expires_at < {0}"


class Counters(BaseCache):
    """What the stores share: the protocol with django-ratelimit, and failing open."""

    # What the store raises when it is away.
    failures: ClassVar[tuple[type[Exception], ...]]
    # Of the process: 0 while the store answers, else the time (monotonic) to try it again.
    away_until: ClassVar[float] = 0.0

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.location = location
        self.count: int | None = None

    def hit(self, key: str, seconds: int) -> int:
        """Counts one more under `key`, which lives for `seconds`, and returns the count. Raises one of `failures`."""
        raise NotImplementedError

    def purge(self) -> int:
        """Removes the windows that are over, and returns how many. Raises one of `failures`."""
        raise NotImplementedError

    def add(self, key: str, value: Any, timeout: Any = 60, version: int | None = None) -> bool:
        self.count = self.hit_or_none(key, timeout)
        return False

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        if self.count is None:
            raise ValueError("The store of the counters is away.")
        return self.count

    def hit_or_none(self, key: str, seconds: int) -> int | None:
        store = type(self)
        if time.monotonic() < store.away_until:
            return None
        try:
            count = self.hit(key, seconds)
        except self.failures as error:
            if not store.away_until:
                logger.error("Rate limits are off, for their store is away: %s", type(error).__name__)
            store.away_until = time.monotonic() + SECONDS_BEFORE_RETRY
            return None
        if store.away_until:
            logger.warning("Rate limits are on again")
            store.away_until = 0.0
        return count


class RedisCounters(Counters):
    """One server of Redis's protocol for all machines. LOCATION is its URL."""

    failures = (redis.RedisError, OSError)

    def hit(self, key: str, seconds: int) -> int:
        pipeline = redis_client(self.location).pipeline(transaction=False)
        pipeline.incr(key)
        pipeline.expire(key, seconds)
        return int(pipeline.execute()[0])

    def purge(self) -> int:
        return 0  # Redis forgets them itself


class DatabaseCounters(Counters):
    """The project's own PostgreSQL, for those who run no Redis."""

    failures = (DatabaseError,)

    def hit(self, key: str, seconds: int) -> int:
        now = int(time.time())
        with connection.cursor() as cursor:
            cursor.execute(HIT.format("%s"), [key, now + seconds])
            count = int(cursor.fetchone()[0])
        if count == 1:  # who opens a window clears away those that are over
            self.purge()
        return count

    def purge(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(CLEAR.format("%s"), [int(time.time())])
            return int(cursor.rowcount)


class SQLiteCounters(Counters):
    """A file beside a SQLite database, for the workers of one machine. LOCATION is its path."""

    failures = (sqlite3.Error,)

    def hit(self, key: str, seconds: int) -> int:
        now = int(time.time())
        file = sqlite_file(self.location)
        count = int(file.execute(HIT.format("?"), [key, now + seconds]).fetchone()[0])
        if count == 1:
            self.purge()
        return count

    def purge(self) -> int:
        return sqlite_file(self.location).execute(CLEAR.format("?"), [int(time.time())]).rowcount


@cache
def redis_client(url: str) -> redis.Redis:
    """The process's client. A server that does not answer within a quarter of a second counts as away."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=0.25, socket_timeout=0.25, retry=Retry(NoBackoff(), 1), protocol=2
    )


_thread = threading.local()


class ThreadsConnection(sqlite3.Connection):
    """Closed when its thread has ended. Python warns of a connection that nobody closes."""

    def __init__(self, path: str) -> None:
        # The thread's variables may be cleared away by another one, which then has to be let close it.
        super().__init__(path, timeout=1, isolation_level=None, check_same_thread=False)

    def __del__(self) -> None:
        self.close()


def sqlite_file(path: str) -> sqlite3.Connection:
    """The thread's connection to the file. Counts may be lost in a power cut, so nothing waits for the disk."""
    connections: dict[str, sqlite3.Connection] = _thread.__dict__
    if path not in connections:
        create_private_file(path)
        file = connections[path] = ThreadsConnection(path)
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=OFF")
        file.execute(
            "CREATE TABLE IF NOT EXISTS rate_limit_counter "
            "(key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID"
        )
    return connections[path]
