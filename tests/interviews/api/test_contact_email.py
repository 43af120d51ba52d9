"""POST /api/v1/interviews/{id}/contact-email."""

from collections.abc import Callable
from typing import Any

import pytest

from contacts.models import Contact
from contacts.text import Email
from interviews.lifecycle import DeclineReason
from interviews.models import Conversation, InterviewRequest
from interviews.services.address import correct_address
from interviews.services.conversation_steps import give_consent
from interviews.services.transitions import complete_interview
from interviews.services.wishes import decline_interview, request_deletion
from orgs.models import Change
from tests.client import ApiClient
from tests.factories import ContactFactory
from tests.history import history_of
from tests.interviews.steps import SAM, another, erase, fresh, mark_sent
from tests.transactions import needs_concurrent_writes, waiting_for

BODY = {"contact_email": "Alice.Right@example.com"}
RIGHT = "alice.right@example.com"


def path(row: InterviewRequest) -> str:
    return f"/interviews/{row.pk}/contact-email"


def test_the_address_is_corrected_and_the_link_replaced(
    acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest
) -> None:
    before = acme_api.get(f"/interviews/{interview_request.pk}").json()
    response = acme_api.post(path(interview_request), BODY)
    shown = acme_api.get(f"/interviews/{interview_request.pk}")
    row = fresh(interview_request)
    assert (response.status_code, response.headers["ETag"]) == (200, shown.headers["ETag"])
    assert response.json() == {
        "interview_request_id": row.pk,
        "contact_id": before["contact_id"],
        "contact_email": RIGHT,
        "survey_url": shown.json()["survey_url"],
        "survey_token": row.survey_token,
        "status": "created",
    }
    assert shown.json()["contact"] == {**before["contact"], "email": RIGHT}
    assert shown.json()["survey_url"] != before["survey_url"]
    assert shown.json()["updated_at"] > before["updated_at"]
    assert not InterviewRequest.objects.of_survey_token(str(interview_request.survey_token)).exists()
    assert list(Contact.objects.search("alice right")) == [row.contact]
    assert history_of(row.contact) == [("email", "alice@example.com", RIGHT)]
    assert Change.objects.get().actor == acme_key[:12]


def test_the_same_address_changes_nothing(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    etag = acme_api.get(f"/interviews/{interview_request.pk}").headers["ETag"]
    response = acme_api.post(path(interview_request), {"contact_email": "ALICE@example.com"})
    assert (response.status_code, response.headers["ETag"]) == (200, etag)
    assert response.json()["survey_token"] == interview_request.survey_token
    assert not Change.objects.exists()


def test_all_requests_of_the_contact_have_the_address_and_a_new_link(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    other = another(interview_request)
    mark_sent(other)
    acme_api.post(path(interview_request), BODY)
    shown = acme_api.get(f"/interviews/{other.pk}").json()
    assert shown["contact"]["email"] == RIGHT
    assert (shown["status"], shown["email_sent_at"]) == ("created", None), "to be sent again"
    assert fresh(other).survey_token not in (other.survey_token, fresh(interview_request).survey_token)


def test_a_decline_by_somebody_else_is_withdrawn(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    decline_interview(interview_request, reason=DeclineReason.NOT_INVOLVED, comment="Who is Alice?")
    assert acme_api.post(path(interview_request), BODY).status_code == 200
    shown = acme_api.get(f"/interviews/{interview_request.pk}").json()
    assert (shown["decline"], shown["flags"]) == (None, [])
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("step", [give_consent, decline_interview, request_deletion])
class TestStepWithTheEarlierLink:
    """The page has found the interview request by its survey token before the link is replaced."""

    def test_it_stores_nothing(
        self, acme_api: ApiClient, interview_request: InterviewRequest, step: Callable[[InterviewRequest], None]
    ) -> None:
        acme_api.post(path(interview_request), BODY)
        with pytest.raises(InterviewRequest.DoesNotExist):
            step(interview_request)
        self.assert_nothing_is_stored(interview_request)

    @pytest.mark.django_db(transaction=True)
    @needs_concurrent_writes
    def test_at_the_same_moment_it_waits_and_stores_nothing(
        self, interview_request: InterviewRequest, step: Callable[[InterviewRequest], None]
    ) -> None:
        def correct() -> None:
            org_id, pk = interview_request.org_id, interview_request.pk
            correct_address(org_id=org_id, interview_request_id=pk, email=Email(RIGHT), actor=SAM)

        taken = waiting_for(correct, lambda: step(interview_request))
        assert isinstance(taken.exception(), InterviewRequest.DoesNotExist)
        self.assert_nothing_is_stored(interview_request)

    def assert_nothing_is_stored(self, interview_request: InterviewRequest) -> None:
        row = fresh(interview_request)
        assert (row.contact.email, row.flags, row.progress) == (RIGHT, "", "not_started")
        assert not Conversation.objects.exists()


def consent_and_decline(row: InterviewRequest) -> None:
    give_consent(row)
    decline_interview(row)


def consent_of_another(row: InterviewRequest) -> None:
    give_consent(another(row))


def complete(row: InterviewRequest) -> None:
    complete_interview(row, content="**Paige:** Why?")


def take(row: InterviewRequest) -> None:
    ContactFactory.create(org=row.org, email=RIGHT)


@pytest.mark.parametrize(
    ("change", "mentions"),
    [
        (give_consent, "has begun an interview"),
        (consent_and_decline, "has begun an interview"),
        (consent_of_another, "has begun an interview"),
        (complete, "has begun an interview"),
        (erase, "was erased"),
        (take, "another contact with this address"),
    ],
)
def test_conflicts(
    acme_api: ApiClient, interview_request: InterviewRequest, change: Callable[[InterviewRequest], None], mentions: str
) -> None:
    change(interview_request)
    before = fresh(interview_request)
    changes = Change.objects.count()
    response = acme_api.post(path(interview_request), BODY)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (409, "conflict")
    assert mentions in error["message"]
    after = fresh(interview_request)
    assert (after.versions, after.survey_token) == (before.versions, before.survey_token)
    assert after.contact.email == before.contact.email
    assert Change.objects.count() == changes


def test_another_orgs_request_is_like_a_missing_one(globex_api: ApiClient, interview_request: InterviewRequest) -> None:
    foreign = globex_api.post(path(interview_request), BODY)
    missing = globex_api.post("/interviews/999999/contact-email", BODY)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["error"]["message"] == missing.json()["error"]["message"]
    assert fresh(interview_request).contact.email == "alice@example.com"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"contact_email": "alice"},
        {"contact_email": None},
        {"contact_email": "x@erased.invalid"},
        {**BODY, "contact_name": "Alice"},
    ],
)
def test_a_bad_body_is_refused(acme_api: ApiClient, interview_request: InterviewRequest, body: dict[str, Any]) -> None:
    response = acme_api.post(path(interview_request), body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    assert fresh(interview_request).contact.email == "alice@example.com"


def test_if_match(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    earlier = acme_api.get(f"/interviews/{interview_request.pk}").headers["ETag"]
    current = acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_name": "Al"}).headers["ETag"]
    assert acme_api.post(path(interview_request), BODY, If_Match=earlier).status_code == 412
    assert fresh(interview_request).contact.email == "alice@example.com"
    assert acme_api.post(path(interview_request), BODY, If_Match=current).status_code == 200
