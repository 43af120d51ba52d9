"""Limits the bytes of text that an org may overwrite per day (UTC), because the audit keeps each replaced text."""

import time
from dataclasses import dataclass

from django.conf import settings

from hindsight.limits.day_counts import DAY_SECONDS, DayCount, day_of

# A thousandth of the budget is added to the store with the next write.
COUNTS_OF_A_BUDGET = 1_000

overwritten = DayCount("audit")


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


def budget_of(org: str) -> Budget:
    """If the store is unavailable, nothing is spent (fail open)."""
    limit = settings.AUDIT_BYTES_PER_DAY
    spent = overwritten.today(org, large=limit / COUNTS_OF_A_BUDGET) if limit else 0
    return Budget(limit, spent, (day_of(int(time.time())) + 1) * DAY_SECONDS)
