"""Limits the bytes of text that an org may overwrite per day (UTC). Each overwrite adds the replaced text to the audit.

Bytes are counted with the next write of the org in this process, so that counting needs no round trip of its own. While
the store is unavailable, they are not counted.
"""

import time
from dataclasses import dataclass

from django.conf import settings

from hindsight.limits.counters import Increment, key_of
from hindsight.limits.uncounted import Uncounted

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


# By org.
uncounted_bytes: Uncounted[str] = Uncounted()


def increment_of(org: str) -> Increment:
    """Takes the bytes that are not yet counted."""
    now = int(time.time())
    seconds = next_midnight(now) - now + DAY_SECONDS
    return Increment(key_of(org, f"audit:{now // DAY_SECONDS}"), uncounted_bytes.take(org), seconds)


def next_midnight(now: int) -> int:
    return (now // DAY_SECONDS + 1) * DAY_SECONDS


def budget_of(spent: int | None) -> Budget:
    """`spent` None: the store is unavailable, and requests pass (fail open)."""
    return Budget(settings.AUDIT_BYTES_PER_DAY, spent or 0, next_midnight(int(time.time())))
