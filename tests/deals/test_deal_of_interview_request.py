"""`deal` in POST /interviews, and the PATCH, which does not change deals."""

from typing import Any

import pytest

from contacts.models import Contact
from deals.models import FIELDS, Deal
from interviews.models import InterviewRequest
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory

pytestmark = pytest.mark.django_db

DEAL: dict[str, Any] = {"deal_id": "deal_1", "outcome": "lost", "reported_reason": "Price", "amount": 48000}


@pytest.fixture
def body(acme: Org) -> dict[str, Any]:
    return {"contact_email": "alice@example.com", "interview_type_id": InterviewTypeFactory.create(org=acme).public_id}


def test_it_creates_the_deal_sets_deal_id_and_replaces_that_of_an_earlier_request(
    acme_api: ApiClient, body: dict[str, Any]
) -> None:
    created = acme_api.post("/interviews", {**body, "deal": DEAL})
    assert (created.status_code, created.json()["deal_id"]) == (201, "deal_1")
    assert InterviewRequest.objects.get().deal_id == "deal_1"
    shown = acme_api.get("/deals/deal_1").json()
    assert {name: shown[name] for name in (*FIELDS, "deal_id")} == {**dict.fromkeys(FIELDS), **DEAL}
    sent = {**body, "deal": {"deal_id": "deal_1", "outcome": "won"}, "deal_id": "deal_1"}
    assert acme_api.post("/interviews", sent).status_code == 201
    deal = Deal.objects.get()
    assert (deal.outcome, deal.reported_reason, deal.amount) == ("won", "", None)
    assert {change.field for change in Change.objects.of(deal)} == {"outcome", "reported_reason", "amount"}


def test_a_replay_does_not_replace_it_again(acme_api: ApiClient, body: dict[str, Any]) -> None:
    first = acme_api.post("/interviews", {**body, "deal": DEAL}, Idempotency_Key="k")
    acme_api.put("/deals/deal_1", {"outcome": "won"})
    replayed = acme_api.post("/interviews", {**body, "deal": DEAL}, Idempotency_Key="k")
    assert (replayed.json(), replayed.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert Deal.objects.get().outcome == "won"
    other = acme_api.post("/interviews", {**body, "deal": {**DEAL, "outcome": "won"}}, Idempotency_Key="k")
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"deal": DEAL, "deal_id": "deal_2"}, "deal_id"),
        ({"deal": {"outcome": "lost"}}, "deal.deal_id"),
        ({"deal": {**DEAL, "outcome": "open"}}, "deal.outcome"),
        ({"deal": {**DEAL, "stage": "closed"}}, "deal.stage"),
        ({"deal": None}, "deal"),
        ({"outcome": "lost"}, "outcome"),
    ],
    ids=str,
)
def test_contradictions_and_wrong_values_create_nothing(
    acme_api: ApiClient, body: dict[str, Any], sent: dict[str, Any], field: str
) -> None:
    response = acme_api.post("/interviews", {**body, **sent})
    assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, field)
    assert field in response.json()["error"]["message"]
    assert not Deal.objects.exists()
    assert not Contact.objects.exists()


def test_a_deal_without_values_is_refused(acme_api: ApiClient, body: dict[str, Any]) -> None:
    """It would clear the stored ones. `deal_id` alone names a deal, and neither needs nor creates one."""
    assert acme_api.post("/interviews", {**body, "deal_id": "deal_1"}).status_code == 201
    assert acme_api.get("/deals/deal_1").status_code == 404
    assert not Deal.objects.exists()
    acme_api.put("/deals/deal_1", {"outcome": "won"})
    assert acme_api.post("/interviews", {**body, "deal": {"deal_id": "deal_1"}}).status_code == 400
    assert acme_api.post("/interviews", {**body, "deal_id": "deal_1"}).status_code == 201
    assert Deal.objects.get().outcome == "won"


@pytest.mark.parametrize("name", ["deal", "deal_id", *FIELDS])
def test_a_patch_says_where_deals_are_changed(
    acme_api: ApiClient, interview_request: InterviewRequest, name: str
) -> None:
    response = acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New", name: "x"})
    [detail] = response.json()["error"]["details"]
    assert (response.status_code, detail["field"]) == (400, name)
    assert "PUT /deals/{deal_id}" in detail["message"]
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"
