"""What interviews say together: interviews are counted, in the period, org and deals that were chosen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deals.models import Deal, Outcome
from interviews.lifecycle import Review
from interviews.models import Driver, InterviewRequest
from interviews.reports import win_loss as win_loss_module
from interviews.reports.proportions import Share, differ, interviews_missing
from interviews.reports.reported_reasons import Verdict, compare_reasons, interviews_of
from interviews.reports.win_loss import Selection, Span, WinLoss, win_loss
from orgs.models import Org
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory
from tests.interviews.steps import review
from tests.stored_readings import store_reason

pytestmark = pytest.mark.django_db

NOVEMBER = Span(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
OCTOBER = Span(datetime(2026, 10, 1, tzinfo=UTC), NOVEMBER.since)
HIGH = "The price of Acme was too high. The discount was a bad joke."
FAIR = "The price of Acme was fair."
REPORTED = {"Price": {"pricing"}, "Good price": {"pricing"}, "Missing features": {"vendor"}, "Other": set()}


def told(org: Org, answer: str, *, span: Span = NOVEMBER, deal: str = "", **values: Any) -> InterviewRequest:
    """A completed interview. `values`: of its deal."""
    if deal and values:
        Deal.objects.update_or_create(org=org, deal_id=deal, defaults=values)
    contact = ContactFactory.create(org=org)
    row = InterviewRequestFactory.create(org=org, contact=contact, interview_type=a_type(org), deal_id=deal)
    complete(row, [("pricing", answer)])
    at = span.since + timedelta(days=3)
    InterviewRequest.objects.filter(pk=row.pk).update(completed_at=at, created_at=at)
    Driver.objects.filter(interview_request=row).update(completed_at=at)
    row.refresh_from_db()
    return row


def a_type(org: Org) -> Any:
    return org.interview_types.first() or InterviewTypeFactory.create(org=org)


def found(org: Org | None, **chosen: Any) -> WinLoss:
    return win_loss(Selection([org.pk] if org else None, NOVEMBER, **chosen), OCTOBER)


def numbers(result: WinLoss, topic: str = "pricing") -> dict[str, tuple[int, int]]:
    cells = next((each.cells for each in result.topics if each.key == topic), {})
    return {direction: (cell.number, cell.before) for direction, cell in cells.items()}


def test_interviews_are_counted_not_sentences(acme: Org, globex: Org) -> None:
    told(acme, HIGH)
    told(acme, HIGH)
    told(acme, FAIR)
    told(acme, HIGH, span=OCTOBER)
    told(globex, HIGH)
    result = found(acme)
    assert (result.interviews, result.before) == (3, 1)
    assert numbers(result) == {"against": (2, 1), "for": (1, 0)}
    assert numbers(found(None))["against"] == (3, 1)


def test_a_rejected_driver_counts_nowhere(acme: Org) -> None:
    row = told(acme, FAIR)
    review(Driver.objects.get(interview_request=row), Review.REJECTED)
    result = found(acme)
    assert (result.interviews, list(result.topics)) == (1, [])


def test_filters_by_deal_and_interview_type(acme: Org) -> None:
    told(acme, HIGH, deal="1", outcome="lost", competitor="Corvid", amount=100)
    told(acme, HIGH, deal="2", outcome="won", competitor="", amount=900)
    told(acme, HIGH)
    for chosen, number in (
        ({"outcome": "lost"}, 1),
        ({"competitor": "Corvid"}, 1),
        ({"least": 500}, 1),
        ({"most": 500}, 1),
        ({"least": 50, "most": 5000}, 2),
        ({"interview_type": a_type(acme).pk}, 3),
        ({"interview_type": 0}, 0),
    ):
        result = found(acme, **chosen)
        assert (result.interviews, numbers(result).get("against", (0, 0))[0]) == (number, number), chosen


def test_the_strongest_quotes_are_of_different_interviews(acme: Org) -> None:
    rows = [told(acme, HIGH) for _ in range(4)]
    confirmed = Driver.objects.filter(interview_request=rows[0]).order_by("start")[1]
    review(confirmed, Review.CONFIRMED)
    [topic] = found(acme).topics
    quotes = topic.quotes["against"]
    assert quotes[0] == confirmed
    assert len({driver.interview_request_id for driver in quotes}) == len(quotes) == 3


def test_the_newest_interviews_are_read(acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(win_loss_module, "MAX_INTERVIEWS", 2)
    for _ in range(2):
        told(acme, HIGH)
    old = told(acme, FAIR)
    at = NOVEMBER.since + timedelta(days=1)
    InterviewRequest.objects.filter(pk=old.pk).update(completed_at=at)
    Driver.objects.filter(interview_request=old).update(completed_at=at)
    result = found(acme)
    assert (result.interviews, result.is_cut, numbers(result)) == (2, True, {"against": (2, 0)})


def test_who_answered_by_outcome(acme: Org) -> None:
    told(acme, HIGH, deal="1", outcome="lost")
    asked = InterviewRequestFactory.create(org=acme, interview_type=a_type(acme), deal_id="1")
    other = InterviewRequestFactory.create(org=acme, interview_type=a_type(acme), deal_id="unknown")
    InterviewRequest.objects.filter(pk__in=[asked.pk, other.pk]).update(created_at=NOVEMBER.since)
    counts = {each.outcome: (each.number, each.completed) for each in found(acme).asked}
    assert counts == {Outcome.LOST: (2, 1), "": (1, 0)}


@pytest.mark.parametrize(
    ("outcome", "reason", "answer", "verdict"),
    [
        ("lost", "Price", HIGH, Verdict.AGREES),
        ("lost", "Price", FAIR, Verdict.CONTRADICTS),
        ("won", "Good price", FAIR, Verdict.AGREES),
        ("lost", "Missing features", HIGH, Verdict.NOT_MENTIONED),
        ("lost", "Other", HIGH, Verdict.NOT_CLEAR),
        ("", "Price", HIGH, Verdict.NOT_CLEAR),
        ("lost", "Price", f"{HIGH} {FAIR}", Verdict.NOT_CLEAR),
    ],
)
def test_the_reported_reason_against_what_was_said(
    acme: Org, outcome: str, reason: str, answer: str, verdict: Verdict
) -> None:
    store_reason(told(acme, answer, deal="1", outcome=outcome, reported_reason=reason), *REPORTED[reason])
    [comparison] = compare_reasons(Selection([acme.pk], NOVEMBER))
    assert comparison.verdict == verdict
    if verdict == Verdict.NOT_MENTIONED:
        assert {driver.topic for driver in comparison.others} == {"pricing"}


def test_a_deal_whose_contacts_disagree(acme: Org, globex: Org) -> None:
    first, second = (told(acme, answer, deal="1", outcome="lost") for answer in (HIGH, FAIR))
    told(globex, HIGH, deal="1")
    of_deal = interviews_of(Deal.objects.get())
    assert [row.pk for row in of_deal.interviews] == [first.pk, second.pk]
    [topic] = of_deal.topics
    assert topic.disagree
    assert of_deal.disagreements == [topic.title]
    assert [[driver.direction for driver in drivers] for drivers in topic.said] == [["against", "against"], ["for"]]


def test_contacts_who_say_both_do_not_disagree(acme: Org) -> None:
    for answer in (HIGH, f"{HIGH} {FAIR}"):
        told(acme, answer, deal="1", outcome="lost")
    assert interviews_of(Deal.objects.get()).disagreements == []


@pytest.mark.parametrize(
    ("number", "of", "interval"), [(12, 31, (24, 56)), (0, 5, (0, 43)), (5, 5, (57, 100)), (0, 0, None)]
)
def test_wilson_intervals(number: int, of: int, interval: tuple[int, int] | None) -> None:
    assert Share(number, of).interval == interval


@pytest.mark.parametrize(("number", "missing"), [(31, 8), (0, 39), (38, 1), (39, 0), (500, 0)])
def test_how_many_interviews_are_missing_for_15_points(number: int, missing: int) -> None:
    assert interviews_missing(number) == missing


def test_shares_differ_if_their_intervals_do_not_overlap() -> None:
    assert differ(Share(2, 40), Share(30, 40))
    assert not differ(Share(1, 4), Share(3, 4))
    assert not differ(Share(0, 0), Share(3, 4))
