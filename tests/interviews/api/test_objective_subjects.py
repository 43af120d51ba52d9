"""What the API says that the objective names within its topics."""

import pytest

from interviews.models import InterviewRequest, InterviewType
from interviews.paige.objective import CorrectedSubjects
from interviews.services.steering_by_staff import correct_subjects
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient
from tests.stored_readings import store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")

SAM = Actor(ActorKind.STAFF, "sam")
OBJECTIVE = 'Why did the missing SSO matter to the CFO at "Acme"?'


@pytest.fixture
def path(interview_request: InterviewRequest) -> str:
    InterviewRequest.objects.update(objective=OBJECTIVE)
    return f"/interviews/{interview_request.pk}"


def subjects(api: ApiClient, path: str) -> object:
    return api.get(path).json()["objective_subjects"]


def correct(*every: str) -> None:
    row = InterviewRequest.objects.get()
    corrected = CorrectedSubjects(every)
    correct_subjects(org_id=row.org_id, interview_request_id=row.pk, subjects=corrected, actor=SAM)


def test_shows_subjects_without_vendor_and_contact(
    acme_api: ApiClient, path: str, interview_request: InterviewRequest
) -> None:
    acme_api.patch(path, {"contact_name": "Alice Smith"})
    store_steering(interview_request, subjects=["SSO", "Acme", "Alice Smith", "CFO"])
    assert subjects(acme_api, path) == ["SSO", "CFO"]
    assert acme_api.get("/interviews").json()["data"][0]["objective_subjects"] == ["SSO", "CFO"]


def test_a_correction_counts_until_the_objective_changes_and_changes_the_etag(
    acme_api: ApiClient, path: str, interview_request: InterviewRequest
) -> None:
    etag = acme_api.get(path).headers["ETag"]
    correct("audit logs")
    later = acme_api.get(path, If_None_Match=etag)
    assert (later.status_code, later.json()["objective_subjects"]) == (200, ["audit logs"])
    assert acme_api.get("/interviews").json()["data"][0]["objective_subjects"] == ["audit logs"]
    acme_api.patch(path, {"objective": OBJECTIVE, "contact_context": "New"})
    assert subjects(acme_api, path) == ["audit logs"]
    acme_api.patch(path, {"objective": "Ask about the dashboard"})
    store_steering(interview_request, subjects=["dashboard"])
    assert subjects(acme_api, path) == ["dashboard"]
    assert InterviewRequest.objects.get().subjects == ""


def test_a_guide_that_is_not_valid_has_an_empty_list(
    acme_api: ApiClient, path: str, interview_request: InterviewRequest
) -> None:
    store_steering(interview_request, subjects=["SSO"])
    InterviewType.objects.update(guide={})
    assert subjects(acme_api, path) == []
    assert acme_api.get("/interviews").status_code == 200
