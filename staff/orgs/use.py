from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hindsight.limits.usage_counts import DAY, HOUR, NEAR_PERCENT, Period, Use, total, use_of
from orgs.models import Org
from staff.home.charts import Curve, curve

LABELS = (
    "Requests",
    "Refused with 429",
    f"Minutes with {NEAR_PERCENT}% of the limit or more",
    "Minutes over the limit",
)
EVERY = {HOUR: 6, DAY: 7}
"""Every which hour or day has a label."""
FORMATS = {HOUR: "%H:00", DAY: "%-d %b"}
MINUTE = 60


@dataclass(frozen=True)
class UseCurve:
    """`busiest`: the most requests in one hour or day. `percent`: of what the limit allows in that time."""

    title: str
    curve: Curve
    refused: Curve
    busiest: int
    percent: float


@dataclass(frozen=True)
class ShownUse:
    """`rows`: labels with the numbers of the last hours and of the last days."""

    rows: list[tuple[str, int, int]]
    curves: list[UseCurve]

    @property
    def has_refused(self) -> bool:
        _, (_, hours, days), *_ = self.rows
        return hours + days > 0

    @classmethod
    def of(cls, org: Org) -> "ShownUse | None":
        """None if the counters are unavailable."""
        uses = use_of(str(org.pk))
        if uses is None:
            return None
        rows = list(zip(LABELS, total(uses[HOUR]), total(uses[DAY]), strict=True))
        titles = {HOUR: "Requests by hour, last 24 hours", DAY: "Requests by day, last 30 days"}
        return cls(rows, [_curve(org, period, title, uses[period]) for period, title in titles.items()])


def _curve(org: Org, period: Period, title: str, uses: Sequence[Use]) -> UseCurve:
    busiest = max(use.requests for use in uses)
    labels = [_label(period, age) for age in reversed(range(len(uses)))]
    return UseCurve(
        title,
        curve(labels, [use.requests for use in uses]),
        curve(labels, [use.refused for use in uses], highest=busiest),
        busiest,
        100 * busiest / (org.requests_per_minute * (period.seconds // MINUTE)),
    )


def _label(period: Period, age: int) -> str:
    """`age`: in hours or days."""
    if age % EVERY[period]:
        return ""
    return f"{datetime.fromtimestamp((period.current - age) * period.seconds, UTC):{FORMATS[period]}}"
