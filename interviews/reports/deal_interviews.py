from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deals.models import Deal
from interviews.lifecycle import Direction
from interviews.models import Driver, InterviewRequest
from interviews.models.driver import prefetched_drivers

MAX_INTERVIEWS = 8
OPPOSED = {Direction.FOR, Direction.AGAINST}


@dataclass(frozen=True)
class DealTopic:
    """`said`: the drivers of each interview, in the order of the interviews."""

    title: str
    said: Sequence[Sequence[Driver]]

    @property
    def disagree(self) -> bool:
        """Whether one contact only speaks for the vendor on the topic, and another one only against it."""
        directions = [{driver.direction for driver in drivers} & OPPOSED for drivers in self.said]
        return {Direction.FOR} in directions and {Direction.AGAINST} in directions


@dataclass(frozen=True)
class DealInterviews:
    """`interviews`: the completed ones, in the order of their completion. Topics on which they disagree come first."""

    interviews: Sequence[InterviewRequest]
    topics: Sequence[DealTopic]

    @property
    def disagreements(self) -> list[str]:
        return [topic.title for topic in self.topics if topic.disagree]


def interviews_of(deal: Deal) -> DealInterviews:
    of_deal = InterviewRequest.objects.for_org(deal.org_id).filter(deal_id=deal.deal_id, transcript__isnull=False)
    related = of_deal.select_related("contact").prefetch_related(prefetched_drivers())
    rows: list[Any] = list(related.order_by("completed_at", "pk")[:MAX_INTERVIEWS])
    titles = {driver.topic: driver.title for row in rows for driver in row.said}
    topics = [DealTopic(title, [_on(row, key) for row in rows]) for key, title in titles.items()]
    return DealInterviews(rows, sorted(topics, key=lambda topic: not topic.disagree))


def _on(row: Any, topic: str) -> list[Driver]:
    return [driver for driver in row.said if driver.topic == topic]
