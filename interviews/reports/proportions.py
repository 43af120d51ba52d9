"""Confidence intervals of shares: the Wilson score interval.

https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
"""

from dataclasses import dataclass
from math import sqrt

Z = 1.96
"""For a confidence of 95%."""
ENOUGH_INTERVIEWS = 10
"""With fewer, a share is uncertain by more than 25 percentage points on either side."""


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


def differ(first: Share, second: Share) -> bool:
    """Whether the intervals do not overlap."""
    if not (first.interval and second.interval):
        return False
    return first.interval[0] > second.interval[1] or second.interval[0] > first.interval[1]
