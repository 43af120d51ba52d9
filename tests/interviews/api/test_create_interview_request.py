"""POST /api/v1/interviews: creates an interview request, and its contact if necessary."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from contacts.models import Contact
from deals.models import Deal
from interviews.api.views import NO_SUCH_TYPE
from interviews.models import InterviewRequest, InterviewType
from interviews.services.erasure import delete_contact, erase_contact
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.factories import ContactFactory, InterviewTypeFactory
from tests.history import history_of
from tests.interviews.api.pages import ids, page
from tests.transactions import needs_concurrent_writes, waiting_for


@pytest.fixture
def win_loss(acme: Org) -> InterviewType:
    return InterviewTypeFactory.create(org=acme, name="Win-loss")


@pytest.fixture
def body(win_loss: InterviewType) -> dict[str, Any]:
    return {"contact_email": "jane.smith@example.com", "interview_type_id": win_loss.public_id}


def test_creates_a_contact_and_an_interview_request_with_a_link(
    acme_api: ApiClient, win_loss: InterviewType, settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "https://hindsight.example.com"
    response = acme_api.post(
        "/interviews",
        {
            "contact_email": " Jane.Smith@Example.com ",
            "interview_type_id": win_loss.public_id,
            "contact_name": " Jane Smith ",
            "contact_context": {"title": "CTO"},
            "deal_id": "deal_xyz789",
            "objective": "Why was pricing a blocker?",
        },
    )
    interview_request = InterviewRequest.objects.select_related("contact").get()
    assert response.status_code == 201
    assert response.json() == {
        "interview_request_id": interview_request.pk,
        "contact_id": f"contact_{interview_request.contact_id}",
        "deal_id": "deal_xyz789",
        "survey_url": f"https://hindsight.example.com/survey?token={interview_request.survey_token}",
        "survey_token": interview_request.survey_token,
        "objective_subjects": [],
        "status": "created",
    }
    assert (interview_request.org, interview_request.interview_type, interview_request.deal_id) == (
        win_loss.org,
        win_loss,
        "deal_xyz789",
    )
    assert (interview_request.objective, interview_request.status) == ("Why was pricing a blocker?", "created")
    contact = interview_request.contact
    assert (contact.email, contact.name, contact.notes) == (
        "jane.smith@example.com",
        "Jane Smith",
        '{\n  "title": "CTO"\n}',
    )
    assert not Change.objects.exists(), "nothing was replaced"


def test_the_response_has_the_location_and_the_etag(acme_api: ApiClient, body: dict[str, Any]) -> None:
    ContactFactory.create(org=InterviewType.objects.get().org, email=body["contact_email"], notes="Old notes")
    for context in ("Old notes", "New notes"):
        created = acme_api.post("/interviews", {**body, "contact_context": context})
        location = created.headers["Location"]
        assert location == f"/api/v1/interviews/{created.json()['interview_request_id']}"
        read = acme_api.get(location.removeprefix("/api/v1"))
        assert read.headers["ETag"] == created.headers["ETag"]
        patched = acme_api.patch(location.removeprefix("/api/v1"), {"objective": "x"}, If_Match=created.headers["ETag"])
        assert patched.status_code == 200


def test_the_required_fields_are_sufficient(acme_api: ApiClient, body: dict[str, Any]) -> None:
    response = acme_api.post("/interviews", body)
    assert (response.status_code, response.json()["deal_id"]) == (201, None)
    interview_request = InterviewRequest.objects.select_related("contact").get()
    assert (
        interview_request.contact.name,
        interview_request.contact.notes,
        interview_request.objective,
        interview_request.deal_id,
    ) == ("", "", "", "")


def test_tokens_cannot_be_guessed(acme_api: ApiClient, body: dict[str, Any]) -> None:
    tokens = {acme_api.post("/interviews", body).json()["survey_token"] for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}, "256 bits"


class TestExistingContact:
    def test_sent_fields_overwrite_those_of_the_address_in_any_case_and_are_in_the_audit(
        self, acme_api: ApiClient, alice: Contact, body: dict[str, Any]
    ) -> None:
        texts = {"contact_context": "New", "contact_name": "A."}
        response = acme_api.post("/interviews", {**body, **texts, "contact_email": "ALICE@Example.com"})
        assert response.json()["contact_id"] == f"contact_{alice.pk}"
        contact = Contact.objects.get()
        assert (contact.name, contact.notes) == ("A.", "New")
        assert set(history_of(contact)) == {("name", "Alice", "A."), ("notes", "Old notes", "New")}

    @pytest.mark.django_db(transaction=True)
    @needs_concurrent_writes
    @pytest.mark.parametrize("remove", [erase_contact, delete_contact])
    def test_a_contact_removed_while_the_request_waits_for_it_is_created_again(
        self, acme_api: ApiClient, alice: Contact, body: dict[str, Any], remove: Callable[..., object]
    ) -> None:
        body |= {"contact_email": alice.email, "contact_context": "New notes"}
        root = Actor(ActorKind.STAFF, "root")
        response = waiting_for(
            lambda: remove(org_id=alice.org_id, contact_id=alice.pk, actor=root),
            lambda: acme_api.post("/interviews", body),
        )
        assert response.result().status_code == 201
        created = InterviewRequest.objects.select_related("contact").get().contact
        assert (created.email, created.name, created.notes) == (alice.email, "", "New notes")
        assert created.pk != alice.pk
        assert not Contact.objects.filter(pk=alice.pk).exclude(notes="").exists()

    def test_another_orgs_contact_with_the_same_email_is_not_used(
        self, acme_api: ApiClient, globex: Org, body: dict[str, Any]
    ) -> None:
        theirs = ContactFactory.create(org=globex, email=body["contact_email"], notes="Theirs")
        acme_api.post("/interviews", {**body, "contact_context": "Ours"})
        theirs.refresh_from_db()
        assert theirs.notes == "Theirs"
        assert Contact.objects.filter(email=body["contact_email"]).count() == 2


class TestExternalId:
    def test_it_is_stored_shown_and_a_filter(
        self, acme_api: ApiClient, globex_api: ApiClient, globex: Org, body: dict[str, Any], alice: Contact
    ) -> None:
        created = acme_api.post("/interviews", {**body, "contact_external_id": "0035e0"}).json()
        other = acme_api.post("/interviews", {**body, "contact_email": alice.email}).json()
        shown = acme_api.get(f"/interviews/{created['interview_request_id']}").json()
        assert shown["contact"]["external_id"] == "0035e0"
        listed = [page(acme_api, contact_external_id=id)["data"] for id in ("0035e0", "0035E0")]
        assert [ids(rows) for rows in listed] == [[created["interview_request_id"]], []]
        assert listed[0][0]["contact"] == {k: v for k, v in shown["contact"].items() if k != "notes"}
        other = acme_api.get(f"/interviews/{other['interview_request_id']}").json()
        assert other["contact"]["external_id"] is None
        theirs = {**body, "interview_type_id": InterviewTypeFactory.create(org=globex).public_id}
        assert globex_api.post("/interviews", {**theirs, "contact_external_id": "0035e0"}).status_code == 201
        assert ids(page(acme_api, contact_external_id="0035e0")["data"]) == [created["interview_request_id"]]

    def test_another_one_overwrites_it_and_none_keeps_it(
        self, acme_api: ApiClient, alice: Contact, body: dict[str, Any]
    ) -> None:
        body |= {"contact_email": alice.email}
        for sent, stored in (("1", "1"), (None, "1"), ("1", "1"), ("2", "2")):
            external_id = {"contact_external_id": sent} if sent else {}
            assert acme_api.post("/interviews", body | external_id).status_code == 201
            assert Contact.objects.get().external_id == stored
        assert set(history_of(alice)) == {("external_id", "", "1"), ("external_id", "1", "2")}

    @pytest.mark.parametrize("is_known", [True, False])
    def test_one_of_another_contact_is_refused_and_nothing_is_created(
        self, acme_api: ApiClient, acme: Org, alice: Contact, body: dict[str, Any], is_known: bool
    ) -> None:
        ContactFactory.create(org=acme, external_id="7")
        body |= {"contact_external_id": "7", "contact_context": "New", "deal": {"deal_id": "d", "outcome": "won"}}
        response = acme_api.post("/interviews", {**body, **({"contact_email": alice.email} if is_known else {})})
        assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "contact_external_id")
        assert (InterviewRequest.objects.count(), Deal.objects.count(), Contact.objects.count()) == (0, 0, 2)
        assert Contact.objects.get(pk=alice.pk).notes == alice.notes

    @pytest.mark.django_db(transaction=True)
    @needs_concurrent_writes
    @pytest.mark.parametrize("is_known", [True, False])
    def test_one_that_another_contact_gets_meanwhile_is_refused(
        self, acme_api: ApiClient, acme: Org, alice: Contact, body: dict[str, Any], is_known: bool
    ) -> None:
        if is_known:
            body |= {"contact_email": alice.email}
        response = waiting_for(
            lambda: ContactFactory.create(org=acme, external_id="7"),
            lambda: acme_api.post("/interviews", {**body, "contact_external_id": "7"}),
        )
        assert response.result().status_code == 400
        assert InterviewRequest.objects.count() == 0

    def test_an_erasure_makes_it_free(self, acme_api: ApiClient, alice: Contact, body: dict[str, Any]) -> None:
        Contact.objects.filter(pk=alice.pk).update(external_id="7")
        erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=Actor(ActorKind.STAFF, "root"))
        assert acme_api.post("/interviews", {**body, "contact_external_id": "7"}).status_code == 201
        assert Contact.objects.get(external_id="7").email == body["contact_email"]

    @pytest.mark.parametrize("wrong", ["", " ", "x" * 256, 7, None])
    def test_one_that_cannot_be_stored_is_refused(self, acme_api: ApiClient, body: dict[str, Any], wrong: Any) -> None:
        response = acme_api.post("/interviews", {**body, "contact_external_id": wrong})
        assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "contact_external_id")
        assert Contact.objects.count() == 0


def test_another_orgs_type_gets_the_same_response_as_a_missing_one(
    acme_api: ApiClient, globex: Org, body: dict[str, Any]
) -> None:
    theirs = InterviewTypeFactory.create(org=globex)
    ids = (theirs.public_id, "type_999999", "type_0", f"type_{2**63}", "type_x", "type_")
    responses = [acme_api.post("/interviews", {**body, "interview_type_id": id_}) for id_ in ids]
    assert {response.status_code for response in responses} == {400}
    assert {json.dumps(response.json()["error"]["details"]) for response in responses} == {
        json.dumps([{"field": "interview_type_id", "message": NO_SUCH_TYPE}])
    }
    assert not InterviewRequest.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("other", [12, True, None, "", "12", "Type_12", " type_12", "contact_12", ["type_12"]])
def test_an_id_of_another_form_gets_a_400_that_says_what_to_send(
    acme_api: ApiClient, body: dict[str, Any], other: object
) -> None:
    response = acme_api.post("/interviews", {**body, "interview_type_id": other})
    message = 'Send the id as GET /interview-types shows it, for example "type_12".'
    assert response.status_code == 400
    assert response.json()["error"]["details"] == [{"field": "interview_type_id", "message": message}]
    assert not InterviewRequest.objects.exists()
    assert not Contact.objects.exists()


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no email": ({"contact_email": ...}, "contact_email"),
    "no type": ({"interview_type_id": ...}, "interview_type_id"),
    "a sequence": ({"interview_type_id": ..., "sequence_id": 7}, "sequence_id"),
    "a sequence and a type": ({"sequence_id": 7}, "sequence_id"),
    "email null": ({"contact_email": None}, "contact_email"),
    "email without a host": ({"contact_email": "jane"}, "contact_email"),
    "email with a line break": ({"contact_email": "jane@example.com\nBcc: x@example.com"}, "contact_email"),
    "two emails": ({"contact_email": "a@example.com,b@example.com"}, "contact_email"),
    "email with NUL": ({"contact_email": "a\u0000@example.com"}, "NUL"),
    "email too long": ({"contact_email": "a" * 250 + "@example.com"}, "contact_email"),
    "email too long in lower case": ({"contact_email": "\u0130" * 200 + "@example.com"}, "contact_email"),
    "name blank": ({"contact_name": " "}, "contact_name"),
    "context too long": ({"contact_context": "x" * 100_001}, "contact_context"),
    "objective null": ({"objective": None}, "objective"),
    "deal null": ({"deal_id": None}, "deal_id"),
    "deal too long": ({"deal_id": "x" * 256}, "deal_id"),
    "deal with NUL": ({"deal_id": "\u0000"}, "NUL"),
    "an unknown field": ({"email": "a@example.com"}, "Did you mean contact_email?"),
}


@pytest.mark.parametrize(("changed", "mentions"), BAD.values(), ids=BAD)
def test_a_bad_body_is_refused(
    acme_api: ApiClient, body: dict[str, Any], changed: dict[str, Any], mentions: str
) -> None:
    sent = {name: value for name, value in {**body, **changed}.items() if value is not ...}
    response = acme_api.post("/interviews", sent)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    assert mentions in response.json()["error"]["message"]
    assert not InterviewRequest.objects.exists()
    assert not Contact.objects.exists()


def test_the_number_of_statements_is_fixed(acme_api: ApiClient, body: dict[str, Any]) -> None:
    acme_api.post("/interviews", body)
    with CaptureQueriesContext(connection) as queries:
        texts = {"contact_context": "new", "contact_name": "new"}
        assert acme_api.post("/interviews", {**body, **texts}, Idempotency_Key="k").status_code == 201
    bookkeeping = ("SAVEPOINT", "RELEASE", "BEGIN")
    statements = [query["sql"] for query in queries if not query["sql"].startswith(bookkeeping)]
    assert len([sql for sql in statements if "rate_limit_counter" not in sql]) == 13, statements
