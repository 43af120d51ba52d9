"""What interviews say together: interviews are counted, in the period, org and deals that were chosen."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from deals.models import Deal, Outcome
from deals.text import company_key
from interviews.lifecycle import Review
from interviews.models import Driver, InterviewRequest
from interviews.reports import win_loss as win_loss_module
from interviews.reports.competitors import competitors_of
from interviews.reports.proportions import Share, differ
from interviews.reports.reported_reasons import Verdict, compare_reasons, interviews_of
from interviews.reports.win_loss import Sample, Selection, Span, WinLoss, win_loss
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
    now, then = result.now.cells, result.then.numbers
    return {
        direction: (len(now[key, direction]), then.get((key, direction), 0)) for key, direction in now if key == topic
    }


def interviews(result: WinLoss) -> int:
    return len(result.now.chosen)


def test_interviews_are_counted_not_sentences(acme: Org, globex: Org) -> None:
    told(acme, HIGH)
    told(acme, HIGH)
    told(acme, FAIR)
    told(acme, HIGH, span=OCTOBER)
    told(globex, HIGH)
    result = found(acme)
    assert (interviews(result), len(result.then.chosen)) == (3, 1)
    assert numbers(result) == {"against": (2, 1), "for": (1, 0)}
    assert numbers(found(None))["against"] == (3, 1)


def test_a_rejected_driver_counts_nowhere(acme: Org) -> None:
    row = told(acme, FAIR)
    review(Driver.objects.get(interview_request=row), Review.REJECTED)
    result = found(acme)
    assert (interviews(result), result.now.cells) == (1, {})


def test_filters_by_deal_and_interview_type(acme: Org) -> None:
    told(acme, HIGH, deal="1", outcome="lost", competitor="Corvid", segment="SMB", owner="Sam", amount=100)
    told(acme, HIGH, span=OCTOBER, deal="1")
    told(acme, HIGH, deal="2", outcome="won", competitor="", amount=900)
    told(acme, HIGH)
    for chosen, number in (
        ({"outcome": "lost"}, 1),
        ({"competitor": "CORVID, Inc."}, 1),
        ({"competitor": "Corvids"}, 0),
        ({"segment": "smb"}, 1),
        ({"owner": "Sam"}, 1),
        ({"owner": "Sam", "outcome": "won"}, 0),
        ({"least": 500}, 1),
        ({"most": Decimal(100)}, 1),
        ({"most": "99.5"}, 0),
        ({"least": 50, "most": 5000}, 2),
        ({"interview_type": a_type(acme).pk}, 3),
        ({"interview_type": 0}, 0),
    ):
        result = found(acme, **chosen)
        assert (interviews(result), numbers(result).get("against", (0, 0))[0]) == (number, number), chosen
    assert numbers(found(acme, competitor="corvid"))["against"] == (1, 1)
    assert numbers(found(acme, outcome="won"))["against"] == (1, 0)


def test_the_strongest_quotes_are_of_different_interviews(acme: Org) -> None:
    rows = [told(acme, HIGH) for _ in range(4)]
    confirmed = Driver.objects.filter(interview_request=rows[0]).order_by("start")[1]
    review(confirmed, Review.CONFIRMED)
    said = found(acme).now.cells["pricing", "against"]
    assert said[0].pk == confirmed.pk
    assert len({each.interview for each in said}) == len(said) == 4


def test_the_newest_interviews_are_read(acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(win_loss_module, "MAX_INTERVIEWS", 2)
    for _ in range(2):
        told(acme, HIGH)
    old = told(acme, FAIR)
    at = NOVEMBER.since + timedelta(days=1)
    InterviewRequest.objects.filter(pk=old.pk).update(completed_at=at)
    Driver.objects.filter(interview_request=old).update(completed_at=at)
    result = found(acme)
    assert (interviews(result), result.now.is_cut, numbers(result)) == (2, True, {"against": (2, 0)})


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
    [comparison] = compare_reasons(Sample(Selection([acme.pk], NOVEMBER)))
    assert comparison.verdict == verdict
    if verdict == Verdict.NOT_MENTIONED:
        assert {driver.topic for driver in comparison.others} == {"pricing"}


def test_competitors_side_by_side(acme: Org) -> None:
    """Spellings are one competitor. What names another competitor does not count."""
    told(acme, HIGH, deal="1", competitor="Corvid GmbH", outcome="lost")
    told(acme, FAIR, deal="2", competitor="corvid", outcome="won")
    named = told(acme, HIGH, deal="3", competitor="Corvid GmbH", outcome="lost")
    told(acme, HIGH, deal="4", competitor="Datalane", outcome="lost")
    told(acme, HIGH, deal="5", competitor="", outcome="lost")
    corvid, datalane = competitors_of(found(acme, competitor="Datalane").now)
    assert (corvid.name, corvid.interviews, corvid.won, corvid.lost) == ("Corvid GmbH", 3, 1, 2)
    assert [[each.topic for each in said] for said in corvid.beating] == [["pricing", "pricing"]]
    assert [[each.topic for each in said] for said in corvid.beaten] == [["pricing"]]
    assert (datalane.name, datalane.interviews) == ("Datalane", 1)
    Driver.objects.filter(interview_request=named).update(about="competitor", about_name="Datalane")
    [said] = competitors_of(found(acme).now)[0].beating
    assert len(said) == 1
    Driver.objects.filter(interview_request=named).update(about_name="CORVID", topic="vendor")
    assert [said[0].topic for said in competitors_of(found(acme).now)[0].beating] == ["vendor", "pricing"]
    assert competitors_of(found(acme, outcome="won").now)[0].interviews == 1


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("Datalane, Inc.", "data lane", True),
        ("Müller GmbH & Co. KG", "MÜLLER", True),
        ("Pirelli S.p.A.", "Pirelli", True),
        ("Co", "", False),
        ("Datalane", "Datalanes", False),
        ("Inc. Media", "Media", False),
    ],
)
def test_names_of_one_company(one: str, other: str, are_one: bool) -> None:
    assert (company_key(one) == company_key(other)) == are_one


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


def test_shares_differ_if_their_intervals_do_not_overlap() -> None:
    assert differ(Share(2, 40), Share(30, 40))
    assert not differ(Share(1, 4), Share(3, 4))
    assert not differ(Share(0, 0), Share(3, 4))
