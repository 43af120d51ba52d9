"""POST /interviews with sequence_id, and GET /sequences."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.create import open_test_room
from interviews.services.interview_types import archive_interview_type
from orgs.models import Org, Scopes
from orgs.services import create_api_key
from sequences.api.views import NO_SUCH_SEQUENCE
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason
from sequences.services.sequences import set_archived
from sequences.services.stopping import suppress
from tests.client import ApiClient
from tests.factories import SequenceFactory
from tests.working import work_off


def body(sequence: Sequence, **more: Any) -> dict[str, Any]:
    return {"contact_email": "alice@example.com", "sequence_id": sequence.public_id, **more}


def field_and_message(response: Any) -> tuple[int, str, str]:
    [detail] = response.json()["error"]["details"]
    return response.status_code, detail["field"], detail["message"]


def test_a_contact_is_enrolled_with_the_interview_type_of_the_sequence(acme_api: ApiClient, sequence: Sequence) -> None:
    response = acme_api.post("/interviews", body(sequence, contact_name="Alice", deal_id="1", objective="Why?"))
    assert (response.status_code, response.json()["status"]) == (201, "sent")
    row = InterviewRequest.objects.get()
    assert (row.interview_type, row.status, row.email_sent_at) == (sequence.interview_type, "sent", None)
    assert (row.enrolment.sequence, row.enrolment.contact) == (sequence, row.contact)
    assert Mail.objects.get().state == MailState.WAITING
    shown = acme_api.get(f"/interviews/{row.pk}").json()
    assert (shown["status"], shown["email_sent_at"]) == ("sent", None)
    assert acme_api.get("/interviews?status=sent").json()["data"][0]["interview_request_id"] == row.pk


def test_a_retry_with_an_idempotency_key_enrols_once(acme_api: ApiClient, sequence: Sequence) -> None:
    first, second = (acme_api.post("/interviews", body(sequence), Idempotency_Key="1") for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert Enrolment.objects.count() == Mail.objects.count() == 1


def test_a_contact_who_gets_mails_already_is_a_conflict_that_names_them(
    acme_api: ApiClient, sequence: Sequence
) -> None:
    id_ = acme_api.post("/interviews", body(sequence)).json()["interview_request_id"]
    response = acme_api.post("/interviews", body(sequence, contact_name="Other"))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (409, "conflict")
    assert f"sequence {sequence.public_id}" in error["message"]
    assert f"interview request {id_}" in error["message"]
    assert (InterviewRequest.objects.count(), Contact.objects.get().name) == (1, "")
    acme_api.post(f"/interviews/{id_}/cancel")
    assert acme_api.post("/interviews", body(sequence)).status_code == 201


def test_a_sequence_of_another_org_is_as_missing(acme_api: ApiClient, globex: Org) -> None:
    others = SequenceFactory.create(org=globex)
    for id_ in (others.public_id, "seq_999", "seq_0", "seq_x"):
        response = acme_api.post("/interviews", {"contact_email": "alice@example.com", "sequence_id": id_})
        assert field_and_message(response) == (400, "sequence_id", NO_SUCH_SEQUENCE)
        assert acme_api.get(f"/sequences/{id_}").status_code == 404
    assert not Contact.objects.exists()


def test_an_archived_sequence_or_interview_type_takes_nobody(
    acme: Org, acme_api: ApiClient, sequence: Sequence
) -> None:
    set_archived(sequence, is_archived=True)
    status, field, message = field_and_message(acme_api.post("/interviews", body(sequence)))
    assert (status, field, "This sequence is archived" in message) == (400, "sequence_id", True)
    assert acme_api.get("/sequences").json()["data"] == []
    assert acme_api.get(f"/sequences/{sequence.public_id}").status_code == 200
    set_archived(sequence, is_archived=False)
    archive_interview_type(org_id=acme.pk, interview_type_id=sequence.interview_type_id)
    status, field, message = field_and_message(acme_api.post("/interviews", body(sequence)))
    assert (status, field, "This interview type is archived" in message) == (400, "sequence_id", True)
    assert not Contact.objects.exists()


def test_a_suppressed_address_is_refused(acme: Org, acme_api: ApiClient, sequence: Sequence) -> None:
    suppress(email="alice@example.com", org_id=acme.pk, reason=StopReason.OPTED_OUT)
    status, field, message = field_and_message(acme_api.post("/interviews", body(sequence)))
    assert (status, field, "opted out" in message) == (400, "contact_email", True)
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ([], "Send interview_type_id or sequence_id."),
        (["interview_type_id", "sequence_id"], "Send interview_type_id or sequence_id, not both."),
    ],
)
def test_a_post_has_exactly_one_of_the_two(
    acme_api: ApiClient, sequence: Sequence, kinds: list[str], message: str
) -> None:
    ids = {"interview_type_id": sequence.interview_type.public_id, "sequence_id": sequence.public_id}
    response = acme_api.post("/interviews", {"contact_email": "a@example.com", **{kind: ids[kind] for kind in kinds}})
    assert response.status_code == 400
    details = response.json()["error"]["details"]
    assert details == [{"field": field, "message": message} for field in ids]
    assert not InterviewRequest.objects.exists()


def test_sequences_are_listed_newest_first_with_the_id_that_post_needs(
    acme: Org, acme_api: ApiClient, globex_api: ApiClient, sequence: Sequence
) -> None:
    newer = SequenceFactory.create(org=acme, interview_type=sequence.interview_type, language="de")
    first = acme_api.get("/sequences?limit=1").json()
    type_id = sequence.interview_type.public_id
    assert first["data"] == [
        {"id": newer.public_id, "name": newer.name, "interview_type_id": type_id, "language": "de"}
    ]
    second = acme_api.get(f"/sequences?limit=1&cursor={first['next_cursor']}").json()
    assert ([row["id"] for row in second["data"]], second["next_cursor"]) == ([sequence.public_id], None)
    assert globex_api.get("/sequences").json() == {"data": [], "next_cursor": None}


def test_a_sequence_is_shown_with_its_mails(acme_api: ApiClient, sequence: Sequence) -> None:
    shown = acme_api.get(f"/sequences/{sequence.public_id}").json()
    assert (shown["id"], shown["needs_approval"]) == (sequence.public_id, False)
    steps = [*sequence.steps.values("number", "delay", "subject", "text")]
    assert shown["steps"] == steps
    assert [step["number"] for step in steps] == [0, 1]


def test_reading_sequences_needs_the_scope_to_read(acme: Org, sequence: Sequence) -> None:
    writer = ApiClient(create_api_key(org=acme, name="CRM", scopes=Scopes.WRITE)[1])
    for path in ("/sequences", f"/sequences/{sequence.public_id}"):
        assert writer.get(path).status_code == 403
        assert ApiClient("hsk_wrong").get(path).status_code == 401


def test_a_list_takes_one_statement(acme_api: ApiClient, sequence: Sequence) -> None:
    acme_api.get("/sequences")
    with CaptureQueriesContext(
        connection,
    ) as statements:
        acme_api.get("/sequences")
    assert len([each for each in statements if "sequences_sequence" in each["sql"]]) == 1


def test_in_the_test_room_a_mail_counts_as_sent_without_leaving(
    acme: Org, sequence: Sequence, mailoutbox: list[Any], clock: Any
) -> None:
    room = open_test_room(org_id=acme.pk)
    api = ApiClient(create_api_key(org=room, name="CI")[1])
    [listed] = api.get("/sequences").json()["data"]
    created = api.post("/interviews", {"contact_email": "alice@example.com", "sequence_id": listed["id"]}).json()
    assert created["status"] == "sent"
    assert work_off("mails") == 1
    assert mailoutbox == []
    assert api.get(f"/interviews/{created['interview_request_id']}").json()["email_sent_at"] is not None


def test_marking_as_sent_records_that_the_org_sent_the_link_itself(acme_api: ApiClient, sequence: Sequence) -> None:
    Sequence.objects.update(needs_approval=True)
    id_ = acme_api.post("/interviews", body(sequence)).json()["interview_request_id"]
    assert acme_api.post(f"/interviews/{id_}/sent").json()["email_sent_at"] is not None
