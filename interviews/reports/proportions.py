"""Confidence intervals of shares: the Wilson score interval.

https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
"""

from dataclasses import dataclass
from math import ceil, sqrt

Z = 1.96
"""For a confidence of 95%."""
ENOUGH_POINTS = 15
"""An interval of at most so many percentage points on either side is good enough to compare topics."""


@dataclass(frozen=True)
class Share:
    number: int
    of: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.number / self.of) if self.of else None

    @property
    def interval(self) -> tuple[int, int] | None:
        """In percent. None without interviews."""
        if not self.of:
            return None
        share, weight = self.number / self.of, Z * Z / self.of
        middle = share + weight / 2
        half = sqrt(weight * (share * (1 - share) + weight / 4))
        low, high = ((middle + side * half) / (1 + weight) for side in (-1, 1))
        return round(100 * max(0, low)), round(100 * min(1, high))


def interviews_missing(number: int) -> int:
    """How many more interviews are needed for ENOUGH_POINTS with a share of one half, whose interval is the widest."""
    return max(0, ceil((50 * Z / ENOUGH_POINTS) ** 2 - Z * Z) - number)


def differ(first: Share, second: Share) -> bool:
    """Whether the intervals do not overlap."""
    if not (first.interval and second.interval):
        return False
    return first.interval[0] > second.interval[1] or second.interval[0] > first.interval[1]
