"""POST /api/v1/interviews/{id}/sent, /cancel and /uncancel."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import complete_conversation, finish_conversation, give_consent
from interviews.services.transitions import complete_interview
from orgs.models import Scopes, SecurityEvent
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.interviews.api.pages import statements
from tests.interviews.steps import converse, erase, fresh, subscribe
from tests.transactions import needs_concurrent_writes, waiting_for
from webhooks.models import Event

MARKS = ("sent", "cancel", "uncancel")


def path(row: InterviewRequest, mark: str = "") -> str:
    return f"/interviews/{row.pk}{mark and f'/{mark}'}"


def recorded() -> list[tuple[str, str]]:
    events = SecurityEvent.objects.filter(kind="request_changed").order_by("pk")
    return [(event.actor, event.detail) for event in events]


def test_a_link_is_marked_as_sent_once(acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest) -> None:
    before = acme_api.get(path(interview_request)).json()
    response = acme_api.post(path(interview_request, "sent"))
    shown = acme_api.get(path(interview_request))
    assert (response.status_code, response.headers["ETag"]) == (200, shown.headers["ETag"])
    assert response.json() == {name: shown.json()[name] for name in response.json()}
    assert (response.json()["status"], response.json()["cancelled_at"]) == ("sent", None)
    assert shown.json()["email_sent_at"] is not None
    assert shown.json()["updated_at"] > before["updated_at"]
    assert fresh(interview_request).status == "sent"

    again = acme_api.post(path(interview_request, "sent"), {})
    assert (again.content, again.headers["ETag"]) == (response.content, response.headers["ETag"])
    assert recorded() == [(acme_key[:12], "Marked as sent.")]


def test_a_cancelled_request_keeps_its_status(
    acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest
) -> None:
    subscribe(interview_request.org, "interview.cancelled")
    acme_api.post(path(interview_request, "sent"))
    response = acme_api.post(path(interview_request, "cancel"))
    shown = acme_api.get(path(interview_request))
    assert (response.status_code, response.headers["ETag"]) == (200, shown.headers["ETag"])
    assert (shown.json()["status"], shown.json()["cancelled_at"]) == ("sent", response.json()["cancelled_at"])
    [row] = acme_api.get("/interviews").json()["data"]
    assert row["cancelled_at"] == response.json()["cancelled_at"] is not None
    assert acme_api.post(path(interview_request, "cancel")).content == response.content
    event = Event.objects.get()
    assert event.type == "interview.cancelled"
    assert json.loads(event.body)["data"] == {
        "interview_request_id": interview_request.pk,
        "deal_id": None,
        "status": "sent",
    }
    assert recorded()[1:] == [(acme_key[:12], "Cancelled.")]


def test_a_cancellation_can_be_taken_back(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    subscribe(interview_request.org, "interview.cancelled")
    acme_api.post(path(interview_request, "cancel"))
    Event.objects.all().delete()  # otherwise an equal event within seconds is the same one
    response = acme_api.post(path(interview_request, "uncancel"))
    assert (response.status_code, response.json()["cancelled_at"]) == (200, None)
    assert fresh(interview_request).cancelled_at is None
    assert Event.objects.get().type == "interview.cancelled"
    assert acme_api.post(path(interview_request, "uncancel")).content == response.content
    assert [detail for _, detail in recorded()] == ["Cancelled.", "No longer cancelled."]
    assert acme_api.post(path(interview_request, "sent")).json()["status"] == "sent"


def complete(row: InterviewRequest) -> None:
    complete_interview(row, content="**Paige:** Why?")


def cancel(row: InterviewRequest) -> None:
    row.cancelled_at = row.created_at
    row.save()


@pytest.mark.parametrize(
    ("change", "mark", "mentions"),
    [
        (complete, "sent", "already completed"),
        (complete, "cancel", "already completed"),
        (erase, "sent", "contact erased"),
        (cancel, "sent", "cancelled"),
    ],
)
def test_a_mark_that_the_status_does_not_allow_is_a_conflict(
    acme_api: ApiClient,
    interview_request: InterviewRequest,
    change: Callable[[InterviewRequest], None],
    mark: str,
    mentions: str,
) -> None:
    change(interview_request)
    before = fresh(interview_request)
    events = len(recorded())
    response = acme_api.post(path(interview_request, mark))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (409, "conflict")
    assert mentions in error["message"]
    after = fresh(interview_request)
    assert (after.version, after.status, after.cancelled_at) == (before.version, before.status, before.cancelled_at)
    assert len(recorded()) == events


@pytest.mark.parametrize("mark", MARKS)
def test_another_orgs_request_is_like_a_missing_one(
    globex_api: ApiClient, interview_request: InterviewRequest, mark: str
) -> None:
    foreign = globex_api.post(path(interview_request, mark))
    missing = globex_api.post(f"/interviews/999999/{mark}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["error"]["message"] == missing.json()["error"]["message"]
    assert fresh(interview_request).version == 1
    assert recorded() == []


@pytest.mark.parametrize("mark", ["sent", "cancel"])
def test_if_match(acme_api: ApiClient, interview_request: InterviewRequest, mark: str) -> None:
    earlier = acme_api.get(path(interview_request)).headers["ETag"]
    current = acme_api.patch(path(interview_request), {"contact_context": "New"}).headers["ETag"]
    refused = acme_api.post(path(interview_request, mark), None, If_Match=earlier)
    assert (refused.status_code, refused.json()["error"]["code"]) == (412, "precondition_failed")
    assert fresh(interview_request).version == 1
    assert acme_api.post(path(interview_request, mark), None, If_Match=current).status_code == 200
    assert fresh(interview_request).version == 2


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("body", [{"email_sent_at": "2026-11-24T10:02:11Z"}, [], b"x"])
def test_a_body_with_fields_is_refused(
    acme_api: ApiClient, interview_request: InterviewRequest, mark: str, body: Any
) -> None:
    response = acme_api.post(path(interview_request, mark), body)
    assert response.status_code == 400
    assert "no fields" in response.json()["error"]["message"]
    assert fresh(interview_request).version == 1


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_needs_a_key_that_may_write(interview_request: InterviewRequest, mark: str) -> None:
    _, key = create_api_key(org=interview_request.org, name="Reports", scopes=Scopes.READ)
    assert ApiClient(key).post(path(interview_request, mark)).status_code == 403
    assert ApiClient().post(path(interview_request, mark)).status_code == 401
    assert fresh(interview_request).version == 1


def test_the_number_of_statements_does_not_grow(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    acme_api.get(path(interview_request))
    assert len(statements(lambda: acme_api.post(path(interview_request, "sent")))) <= 9


def begin(row: InterviewRequest) -> None:
    converse(row, "It was slow.")
    finish_conversation(row)


class TestConversation:
    def test_a_cancelled_interview_is_not_begun(self, interview_request: InterviewRequest) -> None:
        cancel(interview_request)
        give_consent(interview_request)
        assert not hasattr(fresh(interview_request), "conversation")

    def test_a_cancelled_interview_is_not_completed(
        self, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        begin(interview_request)
        acme_api.post(path(interview_request, "cancel"))
        complete_conversation(interview_request)
        assert fresh(interview_request).status == "created"
        acme_api.post(path(interview_request, "uncancel"))
        complete_conversation(interview_request)
        assert fresh(interview_request).status == "completed"

    @pytest.mark.django_db(transaction=True)
    @needs_concurrent_writes
    def test_a_cancellation_waits_for_a_completion_that_is_under_way(
        self, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        begin(interview_request)

        response = waiting_for(
            lambda: complete_conversation(interview_request),
            lambda: acme_api.post(path(interview_request, "cancel")),
        )
        assert response.result().status_code == 409
        assert (fresh(interview_request).status, fresh(interview_request).cancelled_at) == ("completed", None)
