"""Deals in the admin, the page "Why we win and lose", and reviews of drivers."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from interviews.lifecycle import Review
from interviews.models import Driver, DriverChoice, InterviewRequest
from orgs.models import Change, Org, SecurityEvent
from staff.win_loss.form import PeriodChoice, calendar_period, custom_period
from tests.client import ApiClient
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.staff.conftest import Staff, staff_of
from tests.stored_readings import store_reason

PAGE, REVIEW, DEAL = "win_loss", "driver", "deals_deal_change"
HIGH = "The price of Acme was too high. The *discount* was a bad joke."


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    """Of a deal that was lost, and whose other contact disagrees."""
    org = interview_request.org
    Deal.objects.create(org=org, deal_id="deal_1", outcome="lost", reported_reason="Missing <features>", competitor="C")
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="deal_1")
    interview_request.refresh_from_db()
    contact, interview_type = ContactFactory.create(org=org), interview_request.interview_type
    other = InterviewRequestFactory.create(org=org, contact=contact, interview_type=interview_type, deal_id="deal_1")
    for row, answer in ((other, "The price of Acme was fair."), (interview_request, HIGH)):
        store_reason(complete(row, [("pricing", answer)]), "vendor")
    interview_request.refresh_from_db()
    return interview_request


def test_few_interviews_show_quotes_and_no_shares(support: Staff, completed: InterviewRequest) -> None:
    page = support.text(PAGE, org="acme")
    driver = Driver.objects.filter(direction="against").earliest("start")
    for text in (
        "2 interviews are too few to count reasons: 8 more are needed.",
        "<h3>How price and packaging came into it</h3>",
        "The price of Acme was too high.",
        f"/admin/interviews/interviewrequest/{completed.pk}/change/#place-{driver.start}-{driver.end}",
        "2 interviews: 0 won, 2 lost",
        "Missing &lt;features&gt;",
        "Not mentioned",
        "What stood out about Acme, good and bad",
    ):
        assert text in page
    assert "50%" not in page
    event = SecurityEvent.objects.get(kind="transcript_read")
    assert (event.actor, event.org, event.subject) == (support.user.username, "acme", "acme")


def asked_again(completed: InterviewRequest, number: int) -> None:
    """More interviews that say the same about the same deal."""
    for _ in range(number):
        contact, about = ContactFactory.create(org=completed.org), {"interview_type": completed.interview_type}
        row = InterviewRequestFactory.create(org=completed.org, contact=contact, deal_id="deal_1", **about)
        complete(row, [("pricing", HIGH)])


def test_more_quotes_take_no_more_statements(support: Staff, completed: InterviewRequest) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert support.get(PAGE, org="acme").status_code == 200
        return len(queries)

    statements()  # fills caches
    few = statements()
    asked_again(completed, 4)
    assert support.text(PAGE, org="acme").count("The price of Acme was too high.") > 3
    assert statements() == few


def test_the_page_begins_with_the_reasons(support: Staff, completed: InterviewRequest) -> None:
    asked_again(completed, 8)
    Driver.objects.filter(interview_request=completed).update(about="competitor", about_name="C Ltd")
    page = support.text(PAGE, org="acme")
    for text in (
        "reason against: <strong>How price and packaging came into it</strong> (9 of 10 interviews).",
        "reason for: <strong>How price and packaging came into it</strong> (1 of 10 interviews).",
        '<rect class="now" width="90%" height="60%"/>',
        '<strong>90%</strong> 9 of 10 <span class="quiet"></span>',
        'How price and packaging came into it <span class="quiet">9 of 10</span></summary>',
        '<option value="C">C (10)</option>',
    ):
        assert text in page
    report = support.get(PAGE, org="acme", markdown="1").content.decode()
    assert "### How price and packaging came into it: 9 of 10 (90%, 60\N{EN DASH}98%), before: 0 of 0" in report
    assert "### C: 10 interviews, 0 won, 10 lost\n" in report


def test_a_clear_change_is_said_in_words(support: Staff, completed: InterviewRequest) -> None:
    asked_again(completed, 18)
    before = calendar_period(PeriodChoice.LAST_QUARTER, timezone.now().date()).span.since
    told = InterviewRequest.objects.filter(pk__gt=completed.pk + 1)[:9]
    Driver.objects.filter(interview_request__in=told).update(topic="vendor")
    for row in told:
        InterviewRequest.objects.filter(pk=row.pk).update(completed_at=before)
        Driver.objects.filter(interview_request=row).update(completed_at=before)
    assert "before: 0%, <strong>clearly more now</strong>" in support.text(PAGE, org="acme")


def test_the_same_as_markdown(support: Staff, completed: InterviewRequest) -> None:
    response = support.get(PAGE, org="acme", markdown="1")
    report = response.content.decode()
    assert response.headers["Content-Type"].startswith("text/markdown")
    assert report.startswith("# Why we win and lose: Acme\n")
    assert "## Reasons against\n\n### How price and packaging came into it\n" in report
    assert "The price of Acme was too high." in report
    assert f"(interview {completed.pk}, turn 2, lost)" in report
    assert f"- **not mentioned** (interview {completed.pk}, lost), reported: “Missing \\<features>”" in report


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"period": "last_month"}, "No interview was completed in this period"),
        ({"outcome": "won"}, "Outcome: 0 of 2."),
        ({"competitor": "c inc.", "outcome": "lost"}, "2 interviews completed"),
        ({"competitor": "c inc."}, '<option value="c inc." selected>C (2)</option>'),
        ({"competitor": "nobody"}, "Competitor: 0 of 2."),
        ({"competitor": "nobody"}, '<option value="nobody" selected>nobody</option>'),
        ({"segment": "SMB", "outcome": "lost"}, "Segment: 0 of 2; 2 without one in their deals."),
        ({"owner": "Sam"}, "Owner: 0 of 2; 2 without one in their deals."),
        ({"topic": "pricing"}, '<option value="pricing" selected>How price and packaging came into it</option>'),
        ({"topic": "vendor"}, "No contact spoke for or against on the topic."),
        ({"least": "5"}, "Amount from: 0 of 2."),
        ({"period": "custom"}, "Choose a first and a last day"),
        ({"period": "custom", "since": "2026-01-02", "until": "2026-01-01"}, "Choose a first and a last day"),
        ({"period": "custom", "since": "0001-01-01", "until": "0001-01-31"}, "Choose a first and a last day"),
        ({"period": "custom", "since": "2026-01-01", "until": "2027-01-02"}, "Choose a first and a last day"),
        ({"period": "custom", "since": "9999-12-01", "until": "9999-12-31"}, "Choose a first and a last day"),
        ({"period": "custom", "since": "9999-12-01", "until": "9999-12-30"}, "No interview was completed"),
        ({"period": "never"}, "Select a valid choice"),
        ({"org": "nobody"}, "No org matches"),
        ({"competitor": "\x00", "org": "\x00"}, "Null characters are not allowed"),
    ],
)
def test_filters(support: Staff, completed: InterviewRequest, query: dict[str, str], text: str) -> None:
    assert text in support.text(PAGE, **query)


def test_what_is_missing_is_said(support: Staff, completed: InterviewRequest) -> None:
    Driver.objects.all().delete()
    DriverChoice.objects.create(org=completed.org, interview_request=completed)
    assert "Nothing is read from these interviews yet: 1 waits for the worker." in support.text(PAGE)
    InterviewRequest.objects.filter(org=completed.org).update(completed_at=datetime(2025, 8, 9, tzinfo=UTC))
    page = support.text(PAGE, outcome="lost")
    assert "The newest one was completed on 9 Aug 2025." in page
    assert '<a href="?outcome=lost&amp;period=custom&amp;since=2025-07-01&amp;until=2025-09-30">' in page
    InterviewRequest.objects.all().delete()
    assert "There is none yet." in support.text(PAGE)


def test_an_account_manager_sees_own_orgs(completed: InterviewRequest, acme: Org, globex: Org) -> None:
    account_manager = staff_of("account manager")
    acme.account_managers.add(account_manager.user)
    assert "2 interviews completed" in account_manager.text(PAGE)
    acme.account_managers.set([])
    globex.account_managers.add(account_manager.user)
    assert "No interview was completed" in account_manager.text(PAGE)
    assert "No org matches" in account_manager.text(PAGE, org="acme")


def test_a_rejected_driver_is_not_shown_and_the_review_is_audited(support: Staff, completed: InterviewRequest) -> None:
    back = "/admin/win-loss/?org=acme"
    for driver in Driver.objects.filter(interview_request=completed):
        response = support.post(REVIEW, driver.pk, review="reject", next=back)
        assert (response.status_code, response.headers["Location"]) == (302, back)
    assert {*Driver.objects.filter(interview_request=completed).values_list("review", flat=True)} == {Review.REJECTED}
    page = support.text(PAGE, org="acme")
    assert "was too high" not in page
    assert "Reasons for" in page
    assert "Reasons against" not in page
    assert {*Change.objects.values_list("field", "actor")} == {("review", support.user.username)}
    assert "Review changed" in support.text("activity")


def test_a_review_is_confirmed_withdrawn_and_made_on_the_page_of_the_interview(
    support: Staff, completed: InterviewRequest
) -> None:
    driver = Driver.objects.filter(interview_request=completed).earliest("start")
    assert support.post(REVIEW, driver.pk, review="other").status_code == 404
    for review, stored in (("confirm", "confirmed"), ("withdraw", "")):
        support.post(REVIEW, driver.pk, review=review, next="https://elsewhere.example/")
        assert ("confirmed</span>" in support.text(PAGE)) == bool(stored)
        driver.refresh_from_db()
        assert driver.review == stored
    shown, address = "interviews_interviewrequest_change", f"/admin/interviews/interviewrequest/{completed.pk}/change/"
    assert f'action="/admin/win-loss/drivers/{driver.pk}/"' in support.text(shown, completed.pk)
    response = support.post(REVIEW, driver.pk, review="reject", next=address)
    assert response.headers["Location"] == address
    assert '<p class="help">rejected\n' in support.text(shown, completed.pk)
    assert "/admin/win-loss/drivers/" not in staff_of("read only").text(shown, completed.pk)


def test_a_deals_page_shows_its_interviews_side_by_side(support: Staff, completed: InterviewRequest) -> None:
    page = support.text(DEAL, Deal.objects.get().pk)
    for text in ("Contacts disagree:</strong> How price", "was too high", "was fair", "not mentioned"):
        assert text in page


JANUARY, MARCH = date(2026, 1, 31), custom_period(date(2026, 3, 1), date(2026, 3, 10))


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (calendar_period(PeriodChoice.THIS_MONTH, JANUARY), ("2026-01-01", "2026-02-01", "2025-12-01")),
        (calendar_period(PeriodChoice.LAST_MONTH, JANUARY), ("2025-12-01", "2026-01-01", "2025-11-01")),
        (calendar_period(PeriodChoice.THIS_QUARTER, JANUARY), ("2026-01-01", "2026-04-01", "2025-10-01")),
        (calendar_period(PeriodChoice.LAST_QUARTER, JANUARY), ("2025-10-01", "2026-01-01", "2025-07-01")),
        (MARCH, ("2026-03-01", "2026-03-11", "2026-02-19")),
    ],
)
def test_a_period_is_compared_with_the_one_before(period: Any, days: tuple[str, str, str]) -> None:
    starts = (period.span.since, period.span.until, period.before.since)
    assert tuple(f"{start:%Y-%m-%d}" for start in starts) == days
    assert period.before.until == period.span.since


class TestDeals:
    """They are found and read, and not edited."""

    @pytest.fixture(autouse=True)
    def deals(self, acme_api: ApiClient, globex_api: ApiClient, alice: Contact) -> None:
        InterviewRequestFactory.create(org=alice.org, contact=alice, deal_id="deal_1")
        acme_api.put("/deals/deal_1", {"outcome": "lost", "reported_reason": "Price"})
        lost = {"outcome": "lost", "reported_reason": "Timing", "amount": 48000, "currency": "EUR"}
        acme_api.put("/deals/deal_1", lost)
        acme_api.put("/deals/other", {"outcome": "won"})
        globex_api.put("/deals/deal_2", {"outcome": "won"})

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ({}, {"deal_1", "other", "deal_2"}),
            ({"q": "deal_"}, {"deal_1", "deal_2"}),
            ({"q": "%"}, set()),
            ({"outcome__exact": "won"}, {"other", "deal_2"}),
            ({"org": "acme"}, {"deal_1", "other"}),
        ],
    )
    def test_the_list_is_searched_and_filtered(self, support: Staff, query: dict[str, str], ids: set[str]) -> None:
        assert {deal.deal_id for deal in support.listed("deals_deal", **query)} == ids

    def test_a_page_shows_the_deal_its_interviews_and_its_history(self, support: Staff) -> None:
        deal = Deal.objects.get(deal_id="deal_1")
        page = support.text(DEAL, deal.pk)
        for text in ("lost", "Timing", "48000", "EUR", "?deal=deal_1&amp;org=acme&amp;archived=all"):
            assert text in page
        assert 'name="outcome"' not in page
        history = support.text("deals_deal_history", deal.pk)
        assert "<del>Price</del>" in history
        assert "<ins>Timing</ins>" in history
        assert "Restore" not in history
