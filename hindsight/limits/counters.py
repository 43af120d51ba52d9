"""Cache backends for django-ratelimit, which calls `add`, then `incr` (decision 3)."""

import hashlib
import json
import logging
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

import redis
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import Error as DatabaseError
from django.db import connection
from redis.crc import key_slot

from hindsight.db.sqlite3.base import create_private_file
from hindsight.limits.redis_connections import execute
from hindsight.metrics.instruments import LIMITS_OFF

logger = logging.getLogger(__name__)

SECONDS_BEFORE_RETRY = 5.0

Result = TypeVar("Result")

# Each key contains its window.
INCREASE = (
    "INSERT INTO rate_limit_counter (key, count, expires_at) VALUES {rows} "
    "ON CONFLICT (key) DO UPDATE SET count = rate_limit_counter.count + excluded.count RETURNING key, count"
)
CLEAR = "DELETE FROM rate_limit_counter WHERE expires_at < {0}"
READ = "SELECT key, count FROM rate_limit_counter WHERE key {0}"
EXPIRED = "SELECT count(*) FROM rate_limit_counter WHERE expires_at < {0}"


class Increment(NamedTuple):
    """`seconds`: how long the counter is kept."""

    key: str
    amount: int
    seconds: int


def key_of(org: str, name: str) -> str:
    """The prefix is not cached: every test has its own.

    In a Redis cluster, keys with the same part in braces are in one slot, so that one command may use them.
    """
    return f"{settings.RATELIMIT_CACHE_PREFIX}{{{org}}}:{name}"


def counters() -> "Counters":
    return cast(Counters, caches["counters"])


class Counters(BaseCache):
    """A method that calls the store takes one round trip, and raises one of `failures` if the store is unavailable."""

    failures: ClassVar[tuple[type[Exception], ...]]
    # time.monotonic() of the next attempt; 0 while the store is available.
    unavailable_until: ClassVar[float] = 0.0

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.location = location
        # Django creates one object for each thread.
        self.count: int | None = None

    def increase(self, *increments: Increment) -> list[int]:
        """The keys must differ."""
        raise NotImplementedError

    def hit(self, key: str, seconds: int) -> int:
        return self.increase(Increment(key, 1, seconds))[0]

    def read(self, keys: Sequence[str]) -> dict[str, int]:
        """Returns the counts of the counters that exist."""
        raise NotImplementedError

    def purge(self) -> int:
        raise NotImplementedError

    def expired(self) -> int:
        """Returns the number of counters that `purge` would delete."""
        raise NotImplementedError

    def add(self, key: str, value: Any, timeout: Any = 60, version: int | None = None) -> bool:
        self.count = self.unless_unavailable(lambda: self.hit(key, timeout))
        return False

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
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


INCREASE_IN_REDIS = """
local counts = {}
for i, key in ipairs(KEYS) do
    local amount, seconds = ARGV[2 * i - 1], ARGV[2 * i]
    counts[i] = redis.call('INCRBY', key, amount)
    if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, seconds) end
end
return counts
"""
INCREASE_DIGEST = hashlib.sha1(INCREASE_IN_REDIS.encode(), usedforsecurity=False).hexdigest()


class RedisCounters(Counters):
    """LOCATION is a URL."""

    failures = (redis.RedisError, OSError)

    def increase(self, *increments: Increment) -> list[int]:
        arguments: list[str | int] = [len(increments), *(increment.key for increment in increments)]
        for increment in increments:
            arguments += [increment.amount, increment.seconds]
        counts: list[int]
        try:
            [counts] = execute(self.location, ("EVALSHA", INCREASE_DIGEST, *arguments))
        except redis.exceptions.NoScriptError:  # Redis has restarted
            [counts] = execute(self.location, ("EVAL", INCREASE_IN_REDIS, *arguments))
        return counts

    def read(self, keys: Sequence[str]) -> dict[str, int]:
        by_slot: defaultdict[int, list[str]] = defaultdict(list)
        for key in keys:
            by_slot[key_slot(key.encode())].append(key)
        counts = chain.from_iterable(execute(self.location, *(("MGET", *of_slot) for of_slot in by_slot.values())))
        counted = zip(chain.from_iterable(by_slot.values()), counts, strict=True)
        return {key: int(count) for key, count in counted if count is not None}

    def purge(self) -> int:
        return 0  # Redis deletes expired keys

    def expired(self) -> int:
        return 0


class DatabaseCounters(Counters):
    failures = (DatabaseError,)

    def increase(self, *increments: Increment) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(*statement(increments, "%s"))
            counts = counts_in(cursor.fetchall(), increments)
        if counts[0] == 1:  # once per window, to keep the table small
            self.purge()
        return counts

    def read(self, keys: Sequence[str]) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(READ.format("= ANY(%s)"), [[*keys]])
            return dict(cursor.fetchall())

    def purge(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(CLEAR.format("%s"), [int(time.time())])
            return int(cursor.rowcount)

    def expired(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(EXPIRED.format("%s"), [int(time.time())])
            return int(cursor.fetchone()[0])


class SQLiteCounters(Counters):
    """LOCATION is a path."""

    failures = (sqlite3.Error,)

    def increase(self, *increments: Increment) -> list[int]:
        rows = sqlite_file(self.location).execute(*statement(increments, "?")).fetchall()
        counts = counts_in(rows, increments)
        if counts[0] == 1:
            self.purge()
        return counts

    def read(self, keys: Sequence[str]) -> dict[str, int]:
        query = READ.format("IN (SELECT value FROM json_each(?))")
        return dict(sqlite_file(self.location).execute(query, [json.dumps(keys)]).fetchall())

    def purge(self) -> int:
        return sqlite_file(self.location).execute(CLEAR.format("?"), [int(time.time())]).rowcount

    def expired(self) -> int:
        return int(sqlite_file(self.location).execute(EXPIRED.format("?"), [int(time.time())]).fetchone()[0])


def statement(increments: Sequence[Increment], mark: str) -> tuple[str, list[str | int]]:
    """`mark`: the driver's placeholder."""
    now = int(time.time())
    rows = ", ".join([f"({mark}, {mark}, {mark})"] * len(increments))
    return INCREASE.format(rows=rows), [
        value for key, amount, seconds in increments for value in (key, amount, now + seconds)
    ]


def counts_in(rows: Iterable[tuple[str, int]], increments: Sequence[Increment]) -> list[int]:
    """RETURNING has no order."""
    counts = dict(rows)
    return [counts[increment.key] for increment in increments]


_thread_local = threading.local()


class ThreadLocalConnection(sqlite3.Connection):
    """Python 3.13 warns if a connection is not closed."""

    def __init__(self, path: str) -> None:
        # Thread-locals may be collected from another thread, so closing from there must be allowed.
        super().__init__(path, timeout=1, isolation_level=None, check_same_thread=False)

    def __del__(self) -> None:
        self.close()


def sqlite_file(path: str) -> sqlite3.Connection:
    """A power failure may lose counts (synchronous=OFF)."""
    connections: dict[str, sqlite3.Connection] = _thread_local.__dict__
    if path not in connections:
        create_private_file(path)
        file = connections[path] = ThreadLocalConnection(path)
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=OFF")
        file.execute(
            "CREATE TABLE IF NOT EXISTS rate_limit_counter "
            "(key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID"
        )
        file.execute("CREATE INDEX IF NOT EXISTS rate_limit_counter_expiry ON rate_limit_counter (expires_at)")
    return connections[path]
