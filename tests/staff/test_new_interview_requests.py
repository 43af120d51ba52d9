"""Interview requests that staff create by hand."""

import re
from typing import Any

import pytest

from contacts.models import Contact
from deals.models import Deal
from interviews.models import InterviewRequest, InterviewType
from interviews.services.interview_types import archive_interview_type
from orgs.models import Change, Org, SecurityEvent
from orgs.services import suspend_org
from tests.staff.conftest import Staff
from tests.staff.test_roles import READER, person_of

pytestmark = pytest.mark.django_db

ADD = "interviews_interviewrequest_add"
CHANGE = "interviews_interviewrequest_change"


def create(staff: Staff, kind: InterviewType, **data: str) -> Any:
    sent = {"interview_type": str(kind.pk), "email": "bob@example.com", **data}
    return staff.client.post(f"/admin/interviews/interviewrequest/add/?org={kind.org.slug}", sent)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_org_is_asked_for_first(support: Staff, kind: InterviewType) -> None:
    assert "Its name or slug." in text_of(support.get(ADD))
    assert "No org matches." in text_of(support.get(ADD, org="nobody"))
    page = support.get(ADD, org=kind.org.slug, type=kind.pk)
    assert f"For {kind.org}." in text_of(page)
    assert f'<option value="{kind.pk}" selected>' in text_of(page)


def test_a_created_request_shows_its_survey_link_once(support: Staff, kind: InterviewType) -> None:
    texts = {"name": "Bob", "notes": "Met in May", "objective": "Why now?", "deal_id": "d7", "outcome": "lost"}
    response = create(support, kind, **texts)
    row = InterviewRequest.objects.latest("pk")
    assert response.headers["Location"] == f"/admin/interviews/interviewrequest/{row.pk}/change/?created=1"
    assert (row.org, row.interview_type, row.objective, row.deal_id) == (kind.org, kind, "Why now?", "d7")
    assert (row.contact.email, row.contact.name, row.contact.notes) == ("bob@example.com", "Bob", "Met in May")
    assert Deal.objects.get(org=kind.org, deal_id="d7").outcome == "lost"
    event = SecurityEvent.objects.latest("pk")
    assert (event.actor, event.subject, event.detail) == ("sue", str(row.pk), "Created.")
    assert "Send this survey link" in text_of(support.client.get(response.headers["Location"]))
    assert "Send this survey link" not in text_of(support.get(CHANGE, row.pk))


def test_empty_texts_keep_what_is_stored(support: Staff, alice: Contact, kind: InterviewType) -> None:
    Deal.objects.create(org=kind.org, deal_id="d7", outcome="lost", competitor="Globex")
    create(support, kind, email="ALICE@example.com", deal_id="d7", notes="New notes", outcome="won")
    alice.refresh_from_db()
    assert (alice.name, alice.notes) == ("Alice", "New notes")
    deal = Deal.objects.get(org=kind.org)
    assert (deal.outcome, deal.competitor) == ("won", "Globex")
    changes = Change.objects.filter(actor="sue").order_by("pk").values_list("object_type", "field", "before")
    assert list(changes) == [("contact", "notes", "Old notes"), ("deal", "outcome", "lost")]


def test_a_second_one_of_the_same_contact_and_type_is_asked_about(support: Staff, kind: InterviewType) -> None:
    create(support, kind)
    first = InterviewRequest.objects.latest("pk")
    page = text_of(create(support, kind))
    assert f'href="/admin/interviews/interviewrequest/{first.pk}/change/"' in page
    assert 'type="checkbox" name="again"' in page
    assert InterviewRequest.objects.filter(contact__email="bob@example.com").count() == 1
    create(support, kind, again="on")
    create(support, kind, deal_id="another")
    assert InterviewRequest.objects.filter(contact__email="bob@example.com").count() == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"email": "no address"}, "Send an email address, such as"),
        ({"notes": "{"}, "Enter a valid JSON object"),
        ({"outcome": "won"}, "Enter the deal whose outcome this is."),
    ],
)
def test_invalid_texts_are_refused(support: Staff, kind: InterviewType, data: dict[str, str], message: str) -> None:
    before = InterviewRequest.objects.count()
    page = text_of(create(support, kind, **data))
    assert message in page
    assert 'role="alert"' in page
    assert InterviewRequest.objects.count() == before


def test_archived_types_and_suspended_orgs_are_refused(support: Staff, kind: InterviewType, acme: Org) -> None:
    archive_interview_type(org_id=kind.org_id, interview_type_id=kind.pk)
    assert "Select a valid choice" in text_of(create(support, kind))
    suspend_org(org_id=kind.org_id, reason="Unpaid")
    assert "This org is suspended" in text_of(support.get(ADD, org=kind.org.slug))


def test_types_of_another_org_are_not_offered(support: Staff, kind: InterviewType, globex: Org) -> None:
    response = support.client.post(
        f"/admin/interviews/interviewrequest/add/?org={globex.slug}",
        {"interview_type": kind.pk, "email": "bob@example.com"},
    )
    assert "Select a valid choice" in text_of(response)
    assert not Contact.objects.filter(email="bob@example.com").exists()


def test_who_is_refused_is_told_why(root: Staff, acme: Org, kind: InterviewType) -> None:
    refused = create(person_of(READER, acme), kind)
    assert refused.status_code == 403
    assert "Your role does not include this page or action: read only." in text_of(refused)
    assert "Nobody can do this here." in text_of(root.get("contacts_contact_add"))
