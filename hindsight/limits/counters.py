"""The cache in which django-ratelimit counts: Redis, or the table `rate_limit_counter` (decision 3)."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast

import hiredis
import redis
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import Error as DatabaseError
from django.db import connection
from redis.connection import ConnectionInterface

from hindsight.db.sqlite3.base import create_private_file
from hindsight.metrics.instruments import LIMITS_OFF

logger = logging.getLogger(__name__)

SECONDS_BEFORE_RETRY = 5.0

Command = tuple[str | int, ...]

Result = TypeVar("Result")


def counters() -> "Counters":
    return cast(Counters, caches["counters"])


class Counters(BaseCache):
    """`hit` and `get_many` take one round trip, and raise one of `failures` if the store is unavailable."""

    failures: ClassVar[tuple[type[Exception], ...]]
    # time.monotonic() of the next attempt; 0 while the store is available.
    unavailable_until: ClassVar[float] = 0.0

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.location = location
        # Django creates one object for each thread.
        self.count: int | None = None
        # What `add` counts, because django-ratelimit counts one request at a time.
        self.amount = 1

    def hit(self, key: str, seconds: int, amount: int = 1) -> int:
        """Returns the new count. `seconds`: how long the counter is kept at least."""
        raise NotImplementedError

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, int]:
        """Returns the counts of the counters that exist."""
        raise NotImplementedError

    def add(self, key: str, value: Any, timeout: Any = 60, version: int | None = None) -> bool:
        """Counts. django-ratelimit calls `incr` if the counter was there before."""
        self.count = self.unless_unavailable(lambda: self.hit(key, timeout, self.amount))
        return self.count == 1

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Returns what `add` has counted. django-ratelimit treats ValueError as "no count"."""
        if self.count is None:
            raise ValueError("The counter store is unavailable.")
        return self.count

    def unless_unavailable(self, call: Callable[[], Result]) -> Result | None:
        store = type(self)
        if time.monotonic() < store.unavailable_until:
            return None
        try:
            result = call()
        except self.failures as error:
            if not store.unavailable_until:
                logger.error("Rate limits are off: the counter store is unavailable (%s)", type(error).__name__)
                LIMITS_OFF.set(1)
            store.unavailable_until = time.monotonic() + SECONDS_BEFORE_RETRY
            return None
        if store.unavailable_until:
            logger.warning("Rate limits are on again")
            LIMITS_OFF.set(0)
            store.unavailable_until = 0.0
        return result


class RedisCounters(Counters):
    """LOCATION is a URL."""

    failures = (redis.RedisError, OSError)

    def hit(self, key: str, seconds: int, amount: int = 1) -> int:
        count, _ = execute(self.location, ("INCRBY", key, amount), ("EXPIRE", key, seconds))
        return int(count)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, int]:
        # Not MGET: in a cluster, the keys are in several slots.
        wanted = [*keys]
        counts = execute(self.location, *(("GET", key) for key in wanted))
        return {key: int(count) for key, count in zip(wanted, counts, strict=True) if count is not None}


class DatabaseCounters(Counters):
    """Each key contains its window."""

    failures: ClassVar[tuple[type[Exception], ...]] = (DatabaseError,)

    def hit(self, key: str, seconds: int, amount: int = 1) -> int:
        now = int(time.time())
        [[count]] = self.rows(
            "INSERT INTO rate_limit_counter (key, count, expires_at) VALUES (%s, %s, %s) "
            "ON CONFLICT (key) DO UPDATE SET count = rate_limit_counter.count + excluded.count RETURNING count",
            *(key, amount, now + seconds),
        )
        if count == amount:  # once per window, to keep the table small
            self.rows("DELETE FROM rate_limit_counter WHERE expires_at < %s RETURNING count", now)
        return int(count)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, int]:
        wanted = [*keys]
        marks = ", ".join(["%s"] * len(wanted)) or "NULL"
        return dict(self.rows(f"SELECT key, count FROM rate_limit_counter WHERE key IN ({marks})", *wanted))  # noqa: S608

    def rows(self, statement: str, *values: str | int) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows: list[Any] = cursor.fetchall()
            return rows


class SQLiteCounters(DatabaseCounters):
    """LOCATION is the path of a second file: in the database's own, counting a read would wait for its one writer."""

    failures = (sqlite3.Error,)

    def rows(self, statement: str, *values: str | int) -> list[Any]:
        return self.file.execute(statement.replace("%s", "?"), values).fetchall()

    @cached_property
    def file(self) -> sqlite3.Connection:
        """Of one thread. A power failure may lose counts (synchronous=OFF)."""
        create_private_file(self.location)
        file = ThreadLocalConnection(self.location)
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=OFF")
        file.execute(
            "CREATE TABLE IF NOT EXISTS rate_limit_counter "
            "(key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID"
        )
        file.execute("CREATE INDEX IF NOT EXISTS rate_limit_counter_expiry ON rate_limit_counter (expires_at)")
        return file


class ThreadLocalConnection(sqlite3.Connection):
    """Python 3.13 warns if a connection is not closed."""

    def __init__(self, path: str) -> None:
        # Thread-locals may be collected from another thread, so closing from there must be allowed.
        super().__init__(path, timeout=1, isolation_level=None, check_same_thread=False)

    def __del__(self) -> None:
        self.close()


# A connection for each thread is faster than redis-py's pool.
_redis_connections = threading.local()

# A child process must not use the connections of its parent.
os.register_at_fork(after_in_child=lambda: _redis_connections.__dict__.clear())


def execute(url: str, *commands: Command) -> list[Any]:
    """Takes one round trip, or two if Redis has closed the connection. Raises redis.RedisError."""
    connection = connection_of_this_thread(url)
    was_connected = connection.is_connected
    try:
        return _execute(connection, commands)
    except redis.ConnectionError:
        if not was_connected:
            raise
        return _execute(connection, commands)


def connection_of_this_thread(url: str) -> ConnectionInterface:
    """Options in the URL take precedence."""
    connections: dict[str, ConnectionInterface] = _redis_connections.__dict__
    if url not in connections:
        pool = redis.ConnectionPool.from_url(url, socket_connect_timeout=0.25, socket_timeout=0.25, protocol=2)
        connections[url] = pool.make_connection()
    return connections[url]


def _execute(connection: ConnectionInterface, commands: Sequence[Command]) -> list[Any]:
    try:
        # redis-py's pack_commands() takes three times as long. The stub of hiredis has a tuple of one value.
        packed = b"".join(hiredis.pack_command(command) for command in commands)  # type: ignore[arg-type]
        connection.send_packed_command([packed])
        return [connection.read_response() for _ in commands]
    except BaseException:
        connection.disconnect()  # unread responses must not become those of later commands
        raise
