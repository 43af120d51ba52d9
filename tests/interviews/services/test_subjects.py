"""Staff correct the subjects of an objective, until it changes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interviews.export import export_interview_requests
from interviews.models import InterviewRequest
from interviews.paige.objective.corrected_subjects import CorrectedSubjects, subjects_in, subjects_text
from interviews.paige.turn.brief import Brief, opening_brief
from interviews.services.erasure import erase_contact
from interviews.services.picks import pick_topics
from interviews.services.subjects import correct_subjects
from interviews.services.transitions import complete_interview
from orgs.actors import Actor, ActorKind
from orgs.audit import restore
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.history import history_of
from tests.stored_readings import store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")

SAM = Actor(ActorKind.STAFF, "sam", "req-1")
CORRECTED = CorrectedSubjects(("SSO", "audit logs"), ("audit logs",))
TEXT = "SSO\naudit logs (may be named)"


def correct(row: InterviewRequest, subjects: CorrectedSubjects | None = CORRECTED) -> None:
    correct_subjects(org_id=row.org_id, interview_request_id=row.pk, subjects=subjects, actor=SAM)


def stored(row: InterviewRequest) -> InterviewRequest:
    return InterviewRequest.objects.select_related("org", "contact", "interview_type").get(pk=row.pk)


def brief(row: InterviewRequest) -> Brief:
    return opening_brief(stored(row))


def test_a_correction_replaces_what_was_found(interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.update(objective="Ask about the CFO")
    store_steering(interview_request, subjects=["CFO"])
    assert (brief(interview_request).subjects, brief(interview_request).nameable) == (("CFO",), ())
    correct(interview_request)
    assert (brief(interview_request).subjects, brief(interview_request).nameable) == (
        ("SSO", "audit logs"),
        ("audit logs",),
    )
    correct(interview_request, CorrectedSubjects())
    assert brief(interview_request).subjects == ()
    correct(interview_request, None)
    assert brief(interview_request).subjects == ("CFO",)


def test_an_org_may_allow_all_names(interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.update(objective="Ask about the CFO")
    store_steering(interview_request, subjects=["CFO"])
    Org.objects.update(names_subjects=True)
    assert brief(interview_request).nameable == ("CFO",)
    correct(interview_request)
    assert brief(interview_request).nameable == ("SSO", "audit logs")


def test_the_audit_says_who_corrected_and_who_cleared(
    acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest
) -> None:
    correct(interview_request)
    pick_topics(org_id=interview_request.org_id, interview_request_id=interview_request.pk, picks=None, actor=SAM)
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "Why now?"}, X_Request_Id="crm-77")
    assert stored(interview_request).subjects == ""
    assert history_of(interview_request) == [
        ("subjects", "", TEXT),
        ("objective", "Old objective", "Why now?"),
        ("subjects", TEXT, ""),
    ]
    by = Change.objects.order_by("id").values_list("actor_kind", "actor", "request_id")
    crm = ("api_key", acme_key[:12], "crm-77")
    assert list(by) == [("staff", "sam", "req-1"), crm, crm]


@pytest.mark.parametrize(
    "body", [{"contact_context": "New"}, {"contact_name": "New"}, {"objective": "Old objective"}], ids=",".join
)
def test_an_update_that_keeps_the_objective_keeps_the_correction(
    acme_api: ApiClient, interview_request: InterviewRequest, body: dict[str, str]
) -> None:
    correct(interview_request)
    assert acme_api.patch(f"/interviews/{interview_request.pk}", body).status_code == 200
    assert stored(interview_request).subjects == TEXT


def test_clearing_costs_no_statement(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    def statements(objective: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": objective})
        return len(queries)

    statements("The first request of a minute also updates the key.")
    without = statements("Why?")
    correct(interview_request)
    assert statements("Why now?") == without


def test_a_restored_objective_clears_the_correction(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "Why now?"})
    correct(interview_request)
    restore(stored(interview_request), Change.objects.get(field="objective"), actor=SAM)
    assert (stored(interview_request).objective, stored(interview_request).subjects) == ("Old objective", "")
    restore(stored(interview_request), Change.objects.filter(field="subjects").latest("id"), actor=SAM)
    assert stored(interview_request).subjects == TEXT


def test_wrong_subjects_are_refused(interview_request: InterviewRequest) -> None:
    with pytest.raises(ValidationError, match="is not a subject"):
        correct(interview_request, CorrectedSubjects(("SSO", "{vendor}")))
    with pytest.raises(ValidationError, match="at most 12"):
        correct(interview_request, CorrectedSubjects(tuple(map(str, range(13)))))
    assert stored(interview_request).subjects == ""
    assert not Change.objects.exists()


def test_another_orgs_interview_request_is_not_found(interview_request: InterviewRequest, globex: Org) -> None:
    with pytest.raises(InterviewRequest.DoesNotExist):
        correct_subjects(org_id=globex.pk, interview_request_id=interview_request.pk, subjects=CORRECTED, actor=SAM)


def test_subjects_of_a_completed_interview_cannot_be_corrected(interview_request: InterviewRequest) -> None:
    complete_interview(interview_request, content="**Paige:** Why?")
    with pytest.raises(ValidationError, match="completed"):
        correct(interview_request)
    assert stored(interview_request).subjects == ""


def test_an_export_has_the_correction(interview_request: InterviewRequest) -> None:
    [before] = export_interview_requests(InterviewRequest.objects.for_org(interview_request.org_id))
    correct(interview_request)
    [after] = export_interview_requests(InterviewRequest.objects.for_org(interview_request.org_id))
    assert (before["subjects"], after["subjects"]) == (None, TEXT)


def test_an_erasure_clears_the_correction_also_in_the_audit(interview_request: InterviewRequest) -> None:
    correct(interview_request)
    correct(interview_request, None)
    correct(interview_request)
    erase_contact(org_id=interview_request.org_id, contact_id=interview_request.contact_id, actor=SAM)
    assert stored(interview_request).subjects == ""
    assert set(Change.objects.of(interview_request).values_list("before", flat=True)) == {None}


@pytest.mark.parametrize("corrected", [None, CorrectedSubjects(), CORRECTED, CorrectedSubjects(("a",), ("a",))])
def test_the_text_says_the_same(corrected: CorrectedSubjects | None) -> None:
    assert subjects_in(subjects_text(corrected)) == corrected
