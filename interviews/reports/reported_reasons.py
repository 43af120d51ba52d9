"""What contacts say about a deal, compared with each other and with the reported reason of its outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Prefetch, QuerySet

from contacts.models import Contact
from deals.models import Deal, Outcome
from interviews.lifecycle import Direction
from interviews.models import Conversation, Driver, InterviewRequest, InterviewType
from interviews.models.transcript import prefetched_drivers
from interviews.paige.guide.guide import GuideError, guide_of_version
from interviews.paige.reading.stored import text_in
from interviews.paige.turn.brief import vendor_of
from interviews.reports.win_loss import Sample

MAX_INTERVIEWS, MAX_COMPARED = 8, 50
OPPOSED = {Direction.FOR, Direction.AGAINST}
EXPECTED: Mapping[str, Direction] = {
    Outcome.WON: Direction.FOR,
    Outcome.LOST: Direction.AGAINST,
    Outcome.NO_DECISION: Direction.AGAINST,
}
"""What drivers say that explain the outcome."""


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
    topics = [
        DealTopic(title, [[driver for driver in row.said if driver.topic == key] for row in rows])
        for key, title in titles.items()
    ]
    return DealInterviews(rows, sorted(topics, key=lambda topic: not topic.disagree))


class Verdict(models.TextChoices):
    CONTRADICTS = "contradicts", "contradicts"
    NOT_MENTIONED = "not_mentioned", "not mentioned"
    AGREES = "agrees", "agrees"
    NOT_CLEAR = "not_clear", "not clear"


@dataclass(frozen=True)
class Comparison:
    """`reported`: the topics that the reported reason names, with titles. `said`: the drivers, not rejected."""

    interview_request: Any
    reported: Mapping[str, str]
    said: Sequence[Driver]

    @property
    def expected(self) -> Direction | None:
        return EXPECTED.get(self.interview_request.reported_deal.outcome)

    @cached_property
    def on_reported(self) -> list[Driver]:
        return [driver for driver in self.said if driver.topic in self.reported]

    @cached_property
    def others(self) -> list[Driver]:
        """Reasons of the contact that the reported reason does not name."""
        supporting = [driver for driver in self.said if driver not in self.on_reported and self._supports(driver)]
        return [driver for driver in supporting if driver.is_reason] or supporting

    @cached_property
    def verdict(self) -> Verdict:
        """NOT_CLEAR if the reason names no topic, the deal has no outcome, or the contact speaks for and against."""
        if not (self.reported and self.expected):
            return Verdict.NOT_CLEAR
        supports = {self._supports(driver) for driver in self.on_reported}
        if not supports:
            return Verdict.NOT_MENTIONED
        if len(supports) > 1:
            return Verdict.NOT_CLEAR
        return Verdict.AGREES if supports.pop() else Verdict.CONTRADICTS

    @property
    def quotes(self) -> list[Driver]:
        return self.on_reported or self.others

    def _supports(self, driver: Driver) -> bool:
        is_reason = driver.direction == Direction.UNCLEAR and driver.is_reason
        return bool(self.expected) and (driver.direction == self.expected or is_reason)


def compare_reasons(sample: Sample) -> list[Comparison]:
    """Of the newest completed interviews whose deal has a reported reason."""
    reported = [interview.pk for interview in sample.chosen if interview.deal.is_reported]
    rows = _reported(InterviewRequest.objects.filter(pk__in=reported[:MAX_COMPARED])).order_by("-completed_at", "-pk")
    return [Comparison(row, _topics_of(row), row.said) for row in rows]


def compare_reasons_of(deal: Deal) -> list[Comparison]:
    of_deal = InterviewRequest.objects.for_org(deal.org_id).filter(deal_id=deal.deal_id)
    rows = _reported(of_deal).order_by("completed_at", "pk")[:MAX_COMPARED]
    return [Comparison(row, _topics_of(row), row.said) for row in rows]


def _reported(rows: QuerySet[InterviewRequest]) -> Any:
    reported: Any = rows.filter(reported_deal__reported_reason__gt="", transcript__isnull=False)
    # Prefetched, because Django cannot defer fields of a join together with `reported_deal`.
    interview_types = Prefetch("interview_type", InterviewType.objects.select_related("org").defer("guide"))
    conversations = Prefetch("conversation", Conversation.objects.defer("guide", "translation"))
    contacts = Prefetch("contact", Contact.objects.only("email", "name"))
    return reported.select_related("reported_deal").prefetch_related(
        prefetched_drivers(), interview_types, conversations, contacts
    )


def _topics_of(row: Any) -> dict[str, str]:
    """Keys and titles. Uses the guide of the interview type, because the conversation's copy is not loaded."""
    interview_type = row.interview_type
    try:
        guide = guide_of_version(interview_type.pk, interview_type.guide_version, lambda: interview_type.guide)
    except GuideError:
        return {}
    deal = row.reported_deal
    found = text_in("reason", row.reading, deal.reported_reason, interview_type.pk, row.guide_version, deal.competitor)
    named = {each.topic for each in found.reading.topics} if found else ()
    vendor = vendor_of(interview_type.org.name)
    return {topic.key: topic.for_vendor(vendor).title for topic in guide.topics if topic.key in named}
