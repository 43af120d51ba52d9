"""Limits the bytes of text that an org may overwrite per day (UTC), because the audit keeps each replaced text.

`spend` keeps the bytes in this process, because the transaction is still open. `budget_of` adds them to the store.
"""

import time
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings

from hindsight.limits.counters import Increment, counters, key_of
from hindsight.limits.memory import Memory
from hindsight.limits.uncounted import SECONDS_BETWEEN_COUNTS, Uncounted

DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Budget:
    """`limit` and `spent` in bytes; a limit of 0 is none. `resets_at`: Unix seconds."""

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


class Counted(NamedTuple):
    """`at`: Unix seconds."""

    spent: int
    at: int


# A thousandth of the budget is added to the store with the next write.
COUNTS_OF_A_BUDGET = 1_000

_uncounted: Uncounted[str] = Uncounted()
_counted: Memory[str, Counted] = Memory()


def forget() -> None:
    """For tests."""
    _uncounted.clear()
    _counted.clear()


def spend(org: str, number: int) -> None:
    """`number`: bytes of replaced text."""
    _uncounted.add(org, number)


def budget_of(org: str) -> Budget:
    """If the store is unavailable, nothing is spent (fail open)."""
    now, limit = int(time.time()), settings.AUDIT_BYTES_PER_DAY
    if limit and _is_due(org, now):
        _count(org, now)
    counted = _counted.get(org)
    spent = counted.spent + _uncounted.of(org) if counted else 0
    return Budget(limit, spent, next_midnight(now))


def _is_due(org: str, now: int) -> bool:
    counted = _counted.get(org)
    return (
        counted is None
        or not 0 <= now - counted.at < SECONDS_BETWEEN_COUNTS
        or now // DAY_SECONDS != counted.at // DAY_SECONDS
        or _uncounted.of(org) * COUNTS_OF_A_BUDGET >= settings.AUDIT_BYTES_PER_DAY
    )


def _count(org: str, now: int) -> None:
    seconds = next_midnight(now) - now + DAY_SECONDS
    key, number = key_of(org, f"audit:{now // DAY_SECONDS}"), _uncounted.take(org)
    store = counters()
    counts = store.unless_unavailable(lambda: store.increase(Increment(key, number, seconds)))
    if counts:
        _counted.add(org, Counted(counts[0], now))
    else:
        _counted.forget(org)


def next_midnight(now: int) -> int:
    return (now // DAY_SECONDS + 1) * DAY_SECONDS
