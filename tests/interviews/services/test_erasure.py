"""Erasing and deleting: what is removed, what remains, and what the audit records."""

import pytest
from django.db import connection

from contacts.models import Contact
from hindsight.api.models import IdempotencyRecord
from interviews.models import InterviewRequest, InterviewType, Transcript
from interviews.services.erasure import delete_contact, delete_org, erase_contact
from orgs.actors import Actor, ActorKind
from orgs.models import ApiKey, Change, Org
from tests.client import ApiClient
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.interviews.steps import complete

ROOT = Actor(ActorKind.STAFF, "root", "req-1")


@pytest.fixture
def interviewed(alice: Contact, interview_request: InterviewRequest, acme_api: ApiClient) -> Contact:
    """Alice, with overwritten notes and objective and a completed interview. Bob is another contact of Acme."""
    acme_api.patch(
        f"/interviews/{interview_request.pk}",
        {"contact_name": "Alice Jones", "contact_context": "Alice likes cats", "objective": "Why did Alice leave?"},
    )
    complete(interview_request, "I said so.")
    bob = ContactFactory.create(org=alice.org, email="bob@example.com", name="Bob", notes="Bob's")
    InterviewRequestFactory.create(org=alice.org, contact=bob, objective="Bob's too")
    return alice


def everything_stored() -> str:
    """The values of all rows of all tables."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return repr(rows)


def test_erasing_keeps_the_rows_and_records_the_erasure(
    interviewed: Contact, interview_request: InterviewRequest
) -> None:
    erase_contact(org_id=interviewed.org_id, contact_id=interviewed.pk, actor=ROOT)
    interviewed.refresh_from_db()
    erased = (f"erased-{interviewed.pk}@erased.invalid", "", "")
    assert (interviewed.email, interviewed.name, interviewed.notes) == erased
    interview_request.refresh_from_db()
    assert interview_request.contact == interviewed
    assert (interview_request.objective, interview_request.status) == ("", "completed")
    assert interview_request.survey_token is None
    for row in (interviewed, interview_request):
        change = Change.objects.of(row)[0]
        by = (change.field, change.actor_kind, change.actor, change.request_id)
        assert by == ("erasure", "staff", "root", "req-1")


@pytest.mark.parametrize("deal_ids", [False, True])
def test_erasing_removes_stored_responses_and_deal_ids_if_asked(
    interview_request: InterviewRequest, deal_ids: bool
) -> None:
    InterviewRequest.objects.update(deal_id="deal_of_alice")
    for token in (str(interview_request.survey_token), "x"):
        response = f'{{"survey_token": "{token}"}}'
        IdempotencyRecord.objects.create(org_id=interview_request.org_id, key=token, fingerprint="", response=response)
    erase_contact(
        org_id=interview_request.org_id, contact_id=interview_request.contact_id, actor=ROOT, deal_ids=deal_ids
    )
    assert [record.key for record in IdempotencyRecord.objects.all()] == ["x"]
    assert InterviewRequest.objects.get(pk=interview_request.pk).deal_id == ("" if deal_ids else "deal_of_alice")


def test_no_interview_request_is_created_for_an_erased_contact(
    interviewed: Contact, interview_request: InterviewRequest, acme_api: ApiClient
) -> None:
    erase_contact(org_id=interviewed.org_id, contact_id=interviewed.pk, actor=ROOT)
    interviewed.refresh_from_db()
    requests_before = InterviewRequest.objects.count()
    body = {"contact_email": interviewed.email, "interview_type_id": interview_request.interview_type.public_id}
    response = acme_api.post("/interviews", body)
    assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "contact_email")
    assert InterviewRequest.objects.count() == requests_before


def test_another_orgs_contact_cannot_be_erased_or_deleted(interviewed: Contact, globex: Org) -> None:
    for remove in (erase_contact, delete_contact):
        with pytest.raises(Contact.DoesNotExist):
            remove(org_id=globex.pk, contact_id=interviewed.pk, actor=ROOT)
    assert Contact.objects.get(pk=interviewed.pk).name == "Alice Jones"


def test_deleting_an_org_removes_only_its_own_rows(interviewed: Contact, globex: Org, globex_api: ApiClient) -> None:
    kept = InterviewRequestFactory.create(org=globex)
    for org_id in (interviewed.org_id, globex.pk):
        IdempotencyRecord.objects.create(org_id=org_id, key="1", fingerprint="", response='{"survey_token": "secret"}')
    delete_org(org_id=interviewed.org_id, actor=ROOT)
    assert list(Org.objects.all()) == [globex]
    for model in (Contact, InterviewRequest, InterviewType, ApiKey, IdempotencyRecord):
        assert [row.org_id for row in model._default_manager.all()] == [globex.pk], model
    assert not Transcript.objects.exists()
    assert not Change.objects.exists()
    assert globex_api.get(f"/interviews/{kept.pk}").status_code == 200
