"""An interview keeps the name that it began with."""

from interviews.export import export_interview_requests
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from interviews.services.interview_types import edit_guide
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient
from tests.staff.conftest import Staff


def test_an_edit_renames_no_interview_that_has_begun(
    support: Staff, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    kind = interview_request.interview_type
    began_with = kind.guide["name"]
    give_consent(interview_request)
    guide = {**kind.guide, "name": "Renamed"}
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=Actor(ActorKind.STAFF, "ann"))
    body = {"contact_email": "alice@example.com", "interview_type_id": kind.public_id}
    later = acme_api.post("/interviews", body).json()["interview_request_id"]
    for number, shown, other in ((interview_request.pk, began_with, "Renamed"), (later, "Renamed", began_with)):
        page = support.get("interviews_interviewrequest_change", number).content.decode()
        assert shown in page
        assert other not in page
    contact = support.get("contacts_contact_change", interview_request.contact_id).content.decode()
    assert (f"<td>{began_with}</td>" in contact, "<td>Renamed</td>" in contact) == (True, True)
    exported = [record["interview_type"] for record in export_interview_requests(InterviewRequest.objects.all())]
    assert exported == [began_with, "Renamed"]
