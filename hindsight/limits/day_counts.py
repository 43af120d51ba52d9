"""Amounts of an org per day (UTC), such as requests. A process adds its own to the store every few seconds."""

import threading
import time
from collections import Counter
from typing import NamedTuple

from django.conf import settings

from hindsight.limits.counters import counters
from hindsight.limits.memory import Memory

DAY_SECONDS = 24 * 60 * 60
# Between two additions of an org's amounts to the store, unless they are large.
SECONDS_BETWEEN_COUNTS = 5


class Counted(NamedTuple):
    """The amount in the store. `at`: Unix seconds."""

    amount: int
    at: int


class DayCount:
    """Amounts that are not in the store yet are lost if it is unavailable."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.uncounted: Counter[str] = Counter()
        self.counted: Memory[str, Counted] = Memory()

    def add(self, org: str, amount: int) -> None:
        with self.lock:
            self.uncounted[org] += amount

    def today(self, org: str, *, large: float = float("inf")) -> int:
        """The amounts of all processes, and more of this one. 0 if the store is unavailable.

        `large`: the amount of this process that is added to the store at once.
        """
        now, counted = int(time.time()), self.counted.get(org)
        if (
            counted is None
            or not 0 <= now - counted.at < SECONDS_BETWEEN_COUNTS
            or day_of(now) != day_of(counted.at)
            or self.uncounted[org] >= large
        ):
            counted = self._count(org, now)
        return counted.amount + self.uncounted[org] if counted else 0

    def _count(self, org: str, now: int) -> Counted | None:
        with self.lock:
            amount = self.uncounted.pop(org, 0)
        store = counters()
        # Kept for two days, because yesterday's is shown.
        total = store.unless_unavailable(lambda: store.hit(self.key(org, day_of(now)), 2 * DAY_SECONDS, amount))
        if total is None:
            self.counted.forget(org)
            return None
        counted = Counted(total, now)
        self.counted.add(org, counted)
        return counted

    def key(self, org: str, day: int) -> str:
        """Of the counter in the store. The prefix is not cached: every test has its own."""
        return f"{settings.RATELIMIT_CACHE_PREFIX}{self.name}:{org}:{day}"


def day_of(seconds: int) -> int:
    return seconds // DAY_SECONDS
