"""Limits the bytes of text that an org may overwrite per day (UTC). Each overwrite adds the replaced text to the audit.

Bytes are counted with a later write of the org in this process, so that counting needs no round trip of its own: with
the next one if they are a thousandth of the budget or more, else after a few seconds. While the store is unavailable,
they are not counted.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings

from hindsight.limits.counters import Increment, key_of
from hindsight.limits.memory import Memory
from hindsight.limits.uncounted import SECONDS_BETWEEN_COUNTS, Uncounted

DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Budget:
    """`limit` and `spent` in bytes. `resets_at`: the next midnight in Unix seconds."""

    limit: int
    spent: int
    resets_at: int

    @property
    def exceeded(self) -> bool:
        return self.spent >= self.limit

    @property
    def retry_after(self) -> int:
        """From 1 to DAY_SECONDS, also after the clock was set back."""
        return min(DAY_SECONDS, max(1, self.resets_at - int(time.time())))


class Counted(NamedTuple):
    """What the counter said `at` that time, in Unix seconds."""

    spent: int
    at: float


# This part of the budget is counted with the next write.
COUNTS_OF_A_BUDGET = 1_000

# By org.
uncounted_bytes: Uncounted[str] = Uncounted()
_counted: Memory[str, Counted] = Memory()


def forget() -> None:
    """For tests."""
    uncounted_bytes.clear()
    _counted.clear()


def increments_of(org: str) -> list[Increment]:
    """Takes the bytes that are not yet counted, if it is time to count them."""
    now, counted = time.time(), _counted.get(org)
    day = int(now) // DAY_SECONDS
    if (
        counted
        and 0 <= now - counted.at < SECONDS_BETWEEN_COUNTS
        and day == int(counted.at) // DAY_SECONDS
        and uncounted_bytes.of(org) * COUNTS_OF_A_BUDGET < settings.AUDIT_BYTES_PER_DAY
    ):
        return []
    seconds = next_midnight(int(now)) - int(now) + DAY_SECONDS
    return [Increment(key_of(org, f"audit:{day}"), uncounted_bytes.take(org), seconds)]


def next_midnight(now: int) -> int:
    return (now // DAY_SECONDS + 1) * DAY_SECONDS


def budget_of(org: str, counts: Sequence[int] | None) -> Budget:
    """`counts`: of `increments_of`. None: the store is unavailable, and requests pass (fail open)."""
    if counts is None:
        _counted.forget(org)
    elif counts:
        _counted.add(org, Counted(counts[0], time.time()))
    counted = _counted.get(org)
    spent = counted.spent + uncounted_bytes.of(org) if counted else 0
    return Budget(settings.AUDIT_BYTES_PER_DAY, spent, next_midnight(int(time.time())))
