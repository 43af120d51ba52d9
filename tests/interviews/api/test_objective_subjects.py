"""What the API says that the objective names within its topics."""

import pytest

from interviews.models import InterviewRequest, InterviewType
from interviews.paige.objective import subjects as module
from interviews.paige.objective.corrected_subjects import CorrectedSubjects
from interviews.services.create import create_interview_request
from interviews.services.subjects import correct_subjects
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient

SAM = Actor(ActorKind.STAFF, "sam")
OBJECTIVE = "Why did the missing SSO matter to the CFO at Acme?"


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


@pytest.mark.slow
def test_shows_subjects_without_the_vendor(acme_api: ApiClient, path: str) -> None:
    assert subjects(acme_api, path) == ["SSO", "CFO"]
    assert acme_api.get("/interviews").json()["data"][0]["objective_subjects"] == ["SSO", "CFO"]


@pytest.mark.parametrize("objective", ["", "Zzz", "Find out why we lost this deal"])
@pytest.mark.slow
def test_an_objective_that_names_nothing_has_an_empty_list(acme_api: ApiClient, path: str, objective: str) -> None:
    acme_api.patch(path, {"objective": objective})
    assert subjects(acme_api, path) == []


def test_the_contact_is_no_subject(acme_api: ApiClient, path: str) -> None:
    acme_api.patch(path, {"objective": "Ask Alice Smith about SSO", "contact_name": "Alice Smith"})
    assert subjects(acme_api, path) == ["SSO"]


def test_a_new_interview_request_shows_them_also_when_replayed(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    body = {
        "contact_email": "bo@buyer.example",
        "contact_name": "Bo",
        "interview_type_id": interview_request.interview_type.public_id,
        "objective": "Ask Bo whether Acme failed the security review",
    }
    first, second = (acme_api.post("/interviews", body, Idempotency_Key="k1") for _ in range(2))
    assert (first.status_code, second.headers["Idempotency-Replayed"]) == (201, "true")
    assert first.json()["objective_subjects"] == second.json()["objective_subjects"] == ["security review"]


@pytest.mark.slow
def test_a_correction_counts_until_the_objective_changes_and_changes_the_etag(acme_api: ApiClient, path: str) -> None:
    etag = acme_api.get(path).headers["ETag"]
    correct("audit logs")
    later = acme_api.get(path, If_None_Match=etag)
    assert (later.status_code, later.json()["objective_subjects"]) == (200, ["audit logs"])
    assert acme_api.get("/interviews").json()["data"][0]["objective_subjects"] == ["audit logs"]
    acme_api.patch(path, {"objective": OBJECTIVE, "contact_context": "New"})
    assert subjects(acme_api, path) == ["audit logs"]
    acme_api.patch(path, {"objective": "Ask about the dashboard"})
    assert subjects(acme_api, path) == ["dashboard"]
    assert InterviewRequest.objects.get().subjects == ""


def test_no_subject_can_be_the_correction(acme_api: ApiClient, path: str) -> None:
    correct()
    assert subjects(acme_api, path) == []


def test_a_body_cannot_set_subjects(acme_api: ApiClient, path: str) -> None:
    assert acme_api.patch(path, {"objective_subjects": ["SSO"]}).status_code == 400


def test_a_guide_that_is_not_valid_has_an_empty_list(acme_api: ApiClient, path: str) -> None:
    InterviewType.objects.update(guide={})
    assert subjects(acme_api, path) == []
    assert acme_api.get("/interviews").status_code == 200


def test_a_list_reads_each_text_once(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.update(objective="Ask about SSO")
    for number in range(20):
        create_interview_request(
            interview_type=interview_request.interview_type,
            actor=SAM,
            contact_email=f"c{number}@buyer.example",  # type: ignore[arg-type]
            objective=f"Ask about SSO{' again' * (number % 2)}",  # type: ignore[arg-type]
        )
    module._subjects.cache_clear()
    for _ in range(2):
        rows = acme_api.get("/interviews?limit=100").json()["data"]
        assert {row["objective_subjects"][0] for row in rows} == {"SSO"}
    assert module._subjects.cache_info().misses == 2
