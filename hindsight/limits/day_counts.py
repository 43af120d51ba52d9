"""Amounts of an org per day (UTC): its requests, and the bytes of text that it overwrites, which have a limit.

A process adds its own to the store every few seconds.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings

from hindsight.limits.counters import counters
from hindsight.limits.rate_limits import Memory, Usage

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


requests, refused, overwritten = DayCount("requests"), DayCount("refused"), DayCount("audit")


def day_of(seconds: int) -> int:
    return seconds // DAY_SECONDS


class Use(NamedTuple):
    requests: int
    refused: int


def count_use(org: str, usage: Usage, amount: int = 1) -> None:
    for count in (requests, refused) if usage.exceeded else (requests,):
        count.add(org, amount)
        count.today(org)


def use_of(orgs: Iterable[str], *, days_ago: int = 0) -> Mapping[str, Use] | None:
    """Returns None if the store is unavailable."""
    day, store = day_of(int(time.time())) - days_ago, counters()
    keys = {org: [count.key(org, day) for count in (requests, refused)] for org in orgs}
    wanted = [key for of_org in keys.values() for key in of_org]
    found = store.unless_unavailable(lambda: store.get_many(wanted))
    if found is None:
        return None
    return {org: Use(*(found.get(key, 0) for key in of_org)) for org, of_org in keys.items()}


# A thousandth of the budget is added to the store with the next write.
COUNTS_OF_A_BUDGET = 1_000


@dataclass(frozen=True)
class Budget:
    """Of the bytes that an org may overwrite, because the audit keeps each replaced text.

    `limit` and `spent` in bytes; a limit of 0 is none. `resets_at`: Unix seconds.
    """

    limit: int
    spent: int
    resets_at: int

    @property
    def exceeded(self) -> bool:
        return 0 < self.limit <= self.spent

    @property
    def retry_after(self) -> int:
        """In seconds. The clock may have been set back."""
        return min(DAY_SECONDS, max(1, self.resets_at - int(time.time())))


def budget_of(org: str) -> Budget:
    """If the store is unavailable, nothing is spent (fail open)."""
    limit = settings.AUDIT_BYTES_PER_DAY
    spent = overwritten.today(org, large=limit / COUNTS_OF_A_BUDGET) if limit else 0
    return Budget(limit, spent, (day_of(int(time.time())) + 1) * DAY_SECONDS)
