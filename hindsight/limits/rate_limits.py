import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from hindsight.http.proxies import client_of
from hindsight.limits.counters import counters

Key = TypeVar("Key")
Value = TypeVar("Value")

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Usage:
    """`resets_at`: Unix seconds. `group`: what the limit is for, `org` or `address`."""

    limit: int
    count: int
    resets_at: int
    group: str

    @property
    def exceeded(self) -> bool:
        return self.count > self.limit

    @property
    def retry_after(self) -> int:
        """In seconds. The clock may have been set back."""
        return min(WINDOW_SECONDS, max(1, self.resets_at - int(time.time())))

    @property
    def is_current(self) -> bool:
        """The clock may have been set back."""
        return 0 < self.resets_at - time.time() <= WINDOW_SECONDS + 1

    @property
    def headers(self) -> dict[str, str]:
        """The last two are those of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/."""
        remaining = max(0, self.limit - self.count)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(self.resets_at),
            "RateLimit": f'"{self.group}";r={remaining};t={self.retry_after}',
            "RateLimit-Policy": f'"{self.group}";q={self.limit};w={WINDOW_SECONDS}',
        }


def count_requests(request: HttpRequest, amount: int, *, group: str, key: str, limit: int) -> Usage:
    """As `count_request`. A negative amount takes back what was counted."""
    store = counters()
    store.amount = amount
    try:
        return count_request(request, group=group, key=key, limit=limit)
    finally:
        store.amount = 1


def count_request(request: HttpRequest, *, group: str, key: str, limit: int) -> Usage:
    """If the store is unavailable, returns the usage of an empty window (fail open)."""
    usage = get_usage(request, group=group, key=lambda *_: key, rate=(limit, WINDOW_SECONDS), increment=True)
    now = int(time.time())
    if usage is None:
        return Usage(limit, 0, now + WINDOW_SECONDS, group)
    # django-ratelimit's window includes the second that time_left points at, hence + 1.
    return Usage(limit, usage["count"], now + usage["time_left"] + 1, group)


def hit(request: HttpRequest, group: str, key: str, limit: int, minutes: int) -> tuple[int, int]:
    """For limits that must not fail open: while the store is unavailable, this process counts.

    Returns the count, and the seconds until the window ends.
    """
    seconds = minutes * 60
    usage = get_usage(request, group=group, key=lambda *_: key, rate=(limit, seconds), increment=True)
    if usage is not None:
        return usage["count"], usage["time_left"] + 1
    local_key = sha256(f"{settings.RATELIMIT_CACHE_PREFIX}{group} {key}".encode()).hexdigest()
    cache.add(local_key, 0, seconds)
    return cache.incr(local_key), seconds


class Memory(Generic[Key, Value]):
    """Over `max_keys`, forgets the key that was added first."""

    def __init__(self, max_keys: int = 10_000) -> None:
        self.max_keys = max_keys
        self.lock = threading.Lock()
        self.values: OrderedDict[Key, Value] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self.values

    def get(self, key: Key) -> Value | None:
        return self.values.get(key)

    def add(self, key: Key, value: Value) -> None:
        with self.lock:
            self.values.pop(key, None)
            self.values[key] = value
            if len(self.values) > self.max_keys:
                self.values.popitem(last=False)

    def forget(self, key: Key) -> None:
        with self.lock:
            self.values.pop(key, None)

    def clear(self) -> None:
        with self.lock:
            self.values.clear()


class UnauthenticatedLimiter:
    """Protects the database from floods of invalid keys.

    For an address over the limit, this process looks up keys that were valid before, and at most one other key every
    SECONDS_BETWEEN_LOOKUPS.
    """

    SECONDS_BETWEEN_LOOKUPS = 0.1

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.valid: Memory[str, str] = Memory()  # the caller by the digest of the key
        self.blocked: Memory[str, Usage] = Memory()
        self.next_lookup = 0.0

    def exceeded_usage(self, request: HttpRequest, digest: str | None) -> Usage | None:
        """Returns None if the key may be looked up. `digest`: None without a well-formed key."""
        usage = self.blocked.get(client_of(request.META["REMOTE_ADDR"]))
        if usage is None or not usage.is_current:
            return None
        if digest is not None and (digest in self.valid or self.may_look_up()):
            return None
        return usage

    def count_failure(self, request: HttpRequest, digest: str | None) -> Usage:
        client = client_of(request.META["REMOTE_ADDR"])
        usage = count_request(request, group="address", key=client, limit=settings.ANONYMOUS_RATE_LIMIT)
        if digest is not None:
            self.valid.forget(digest)  # may have been revoked
        if usage.exceeded:
            self.blocked.add(client, usage)
        return usage

    def remember_valid(self, digest: str, caller: str) -> None:
        if digest not in self.valid:
            self.valid.add(digest, caller)

    def may_look_up(self) -> bool:
        with self.lock:
            now = time.monotonic()
            if now < self.next_lookup:
                return False
            self.next_lookup = now + self.SECONDS_BETWEEN_LOOKUPS
            return True


unauthenticated_limiter = UnauthenticatedLimiter()
