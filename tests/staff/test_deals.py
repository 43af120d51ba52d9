"""Deals in the admin: found, read, exported, and not edited."""

from typing import Any

import pytest

from contacts.models import Contact
from deals.models import Deal
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.staff.conftest import Staff

LIST, CHANGE = "deals_deal_changelist", "deals_deal_change"


@pytest.fixture(autouse=True)
def deals(acme_api: ApiClient, globex_api: ApiClient, alice: Contact) -> None:
    InterviewRequestFactory.create(org=alice.org, contact=alice, deal_id="deal_1")
    acme_api.put("/deals/deal_1", {"outcome": "lost", "reported_reason": "Price"})
    acme_api.put("/deals/deal_1", {"outcome": "lost", "reported_reason": "Timing", "amount": 48000, "currency": "EUR"})
    acme_api.put("/deals/other", {"outcome": "won"})
    globex_api.put("/deals/deal_2", {"outcome": "won"})


def found(staff: Staff, **query: str) -> set[str]:
    return {deal.deal_id for deal in staff.get(LIST, **query).context["cl"].result_list}


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
def test_the_list_is_searched_and_filtered(support: Staff, query: dict[str, str], ids: set[str]) -> None:
    assert found(support, **query) == ids


def test_a_page_shows_the_deal_its_interviews_and_its_history(support: Staff) -> None:
    deal = Deal.objects.get(deal_id="deal_1")
    page = support.get(CHANGE, deal.pk).content.decode()
    for text in ("lost", "Timing", "48000", "EUR", "?deal=deal_1&amp;org=acme&amp;archived=all"):
        assert text in page
    assert 'name="outcome"' not in page
    history = support.get("deals_deal_history", deal.pk).content.decode()
    assert "<del>Price</del>" in history
    assert "<ins>Timing</ins>" in history
    assert "Restore" not in history


def test_the_page_of_an_interview_request_leads_to_the_deal(support: Staff, interview_request: Any) -> None:
    asked = interview_request.contact.interview_requests.get(deal_id="deal_1")
    page = support.get("interviews_interviewrequest_change", asked.pk).content.decode()
    assert f'<a href="/admin/deals/deal/{Deal.objects.get(deal_id="deal_1").pk}/change/">Lost, 48000 EUR</a>' in page
    asked.deal_id = "never_sent"
    asked.save()
    assert "never_sent" in support.get("interviews_interviewrequest_change", asked.pk).content.decode()
