"""Reported reasons can name people: they are erased with the contact, and never in a log."""

from typing import Any

import pytest

from contacts.models import Contact
from deals.models import Deal
from interviews.services.erasure import erase_contact
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.interviews.steps import SAM


@pytest.fixture
def deals(acme_api: ApiClient, globex_api: ApiClient, alice: Contact) -> None:
    """Replaced once. Alice was asked about deal_1."""
    InterviewRequestFactory.create(org=alice.org, contact=alice, deal_id="deal_1")
    InterviewRequestFactory.create(org=alice.org, deal_id="deal_2")
    for api in (acme_api, globex_api):
        for deal_id in ("deal_1", "deal_2"):
            for reason in ("Alice left", "Alice came back"):
                body = {"reported_reason": reason, "outcome": "lost"}
                assert api.put(f"/deals/{deal_id}", body).status_code < 300


def reasons(org: Org) -> dict[str, tuple[str, list[str | None]]]:
    return {
        deal.deal_id: (deal.reported_reason, [change.before for change in Change.objects.of(deal)])
        for deal in Deal.objects.for_org(org.pk)
    }


@pytest.mark.usefixtures("deals")
def test_an_erasure_erases_the_reasons_of_the_contacts_deals(alice: Contact, globex: Org, acme_api: ApiClient) -> None:
    etag = acme_api.get("/deals/deal_1").headers["ETag"]
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=SAM)
    kept = ("Alice came back", ["Alice left"])
    assert reasons(alice.org)["deal_1"][0] == ""
    assert set(reasons(alice.org)["deal_1"][1]) == {None}
    assert (reasons(alice.org)["deal_2"], reasons(globex)) == (kept, {"deal_1": kept, "deal_2": kept})
    got = acme_api.get("/deals/deal_1")
    assert (got.json()["reported_reason"], got.json()["outcome"]) == (None, "lost")
    assert got.headers["ETag"] != etag
    assert acme_api.put("/deals/deal_1", {"outcome": "won"}, If_Match=etag).status_code == 412


def test_a_deal_without_a_reason_is_not_changed(alice: Contact, acme_api: ApiClient) -> None:
    InterviewRequestFactory.create(org=alice.org, contact=alice, deal_id="deal_1")
    for outcome in ("won", "lost"):
        acme_api.put("/deals/deal_1", {"outcome": outcome})
    etag = acme_api.get("/deals/deal_1").headers["ETag"]
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=SAM)
    assert acme_api.get("/deals/deal_1").headers["ETag"] == etag
    assert [change.before for change in Change.objects.of(Deal.objects.get())] == ["won"]


def test_reasons_are_in_no_log(acme_api: ApiClient, caplog: Any) -> None:
    for value in ("Alice left", "Alice left" * 2_000, {"why": "Alice left"}):
        acme_api.put("/deals/deal_1", {"reported_reason": value, "amount": "x" if value == "Alice left" else 1})
        acme_api.put("/deals/deal_1", {"reported_reason": value})
    assert Deal.objects.get().reported_reason == "Alice left"
    assert caplog.records
    assert "Alice" not in caplog.text
