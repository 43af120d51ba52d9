"""Interview requests that staff create by hand, and from a file."""

import re
from typing import Any

import pytest

from contacts.models import Contact
from deals.models import Deal, DealValues
from deals.services import write_deal
from deals.text import clean_deal_id
from interviews.models import InterviewRequest, InterviewType
from interviews.services.interview_types import archive_interview_type
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org, SecurityEvent
from orgs.services import suspend_org
from tests.staff import test_imports
from tests.staff.conftest import Staff
from tests.staff.test_imports import confirmed, counts, file_of, result_of
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
    assert "Choose one from the list" in text_of(support.get(ADD))
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
    assert "Created. Send the survey link to the contact" in text_of(support.client.get(response.headers["Location"]))
    assert "Created. Send the survey link to the contact" not in text_of(support.get(CHANGE, row.pk))


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


def test_types_of_another_org_archived_ones_and_suspended_orgs_are_refused(
    support: Staff, kind: InterviewType, globex: Org
) -> None:
    sent = {"interview_type": kind.pk, "email": "bob@example.com"}
    other = support.client.post(f"/admin/interviews/interviewrequest/add/?org={globex.slug}", sent)
    assert "Select a valid choice" in text_of(other)
    archive_interview_type(org_id=kind.org_id, interview_type_id=kind.pk)
    assert "Select a valid choice" in text_of(create(support, kind))
    suspend_org(org_id=kind.org_id, reason="Unpaid")
    assert "This org is suspended" in text_of(support.get(ADD, org=kind.org.slug))
    assert not Contact.objects.filter(email="bob@example.com").exists()


def test_who_is_refused_is_told_why(root: Staff, acme: Org, kind: InterviewType) -> None:
    refused = create(person_of(READER, acme), kind)
    assert refused.status_code == 403
    assert "Your role does not include this page or action: read only." in text_of(refused)
    assert "Nobody can do this here." in text_of(root.get("contacts_contact_add"))


CSV = """email;name;notes;objective;deal_id;outcome
bob@example.com;Bob;Met in May;Why now?;d7;No decision
bob@example.com;;;;d8;won
bob@example.com;;;;d8;won
carol@example.com;;;;;won
no address;;;;;
"""


PAGE = "interviews/interviewrequest"


def check(staff: Staff, kind: InterviewType, content: str = CSV, **more: Any) -> Any:
    return test_imports.check(staff, content, PAGE, interview_type=kind.pk, **more)


def import_file(staff: Staff, kind: InterviewType, content: str = CSV) -> Any:
    return test_imports.import_file(staff, content, PAGE, interview_type=kind.pk)


def test_a_check_shows_what_is_written_to_contacts_and_deals(
    support: Staff, kind: InterviewType, alice: Contact
) -> None:
    values = DealValues(outcome="lost", competitor="Globex")
    write_deal(org_id=kind.org_id, deal_id=clean_deal_id("d9"), values=values, actor=Actor(ActorKind.COMMAND, "pytest"))
    file = "email;name;notes;deal;Stage\nalice@example.com;Alicia;;d9;Closed Won\n"
    changes = result_of(check(support, kind, file)).changes
    row = "alice@example.com, d9"
    assert {change.field: (change.row, change.before, change.after) for change in changes} == {
        "email": (row, None, "alice@example.com"),
        "name": (row, "Alice", "Alicia"),
        "deal_id": (row, None, "d9"),
        "outcome": (row, "lost", "won"),
    }
    import_file(support, kind, file)
    alice.refresh_from_db()
    deal = Deal.objects.get()
    assert (alice.name, alice.notes, deal.outcome, deal.competitor) == ("Alicia", "Old notes", "won", "Globex")


def test_an_import_creates_requests_and_a_file_with_their_links(support: Staff, kind: InterviewType) -> None:
    text = check(support, kind).content.decode()
    assert (InterviewRequest.objects.count(), Deal.objects.count()) == (1, 0), "nothing is stored yet"
    for part in (
        "Import 2 interview requests",
        "email: Line 3 has the same address and deal.",
        "deal_id: Send the deal whose outcome this is.",
    ):
        assert part in text
    page = import_file(support, kind)
    rows = list(InterviewRequest.objects.filter(contact__email="bob@example.com").order_by("pk"))
    assert [(row.deal_id, row.objective, row.interview_type) for row in rows] == [
        ("d7", "Why now?", kind),
        ("d8", "", kind),
    ]
    assert (rows[0].contact.name, rows[0].contact.notes) == ("Bob", "Met in May")
    assert dict(Deal.objects.values_list("deal_id", "outcome")) == {"d7": "no_decision", "d8": "won"}
    assert SecurityEvent.objects.get(kind="import").actor == "sue"
    assert "Download the survey links" in page.content.decode()
    links = file_of(page)
    assert [(row["email"], row["survey_url"]) for row in links if row["survey_url"]] == [
        ("bob@example.com", row.survey_url) for row in rows
    ]
    assert sorted(row["line"] for row in links if row["reason"]) == ["4", "5", "6"]


def test_a_file_that_is_imported_again_or_for_an_archived_type_creates_nothing(
    support: Staff, kind: InterviewType
) -> None:
    import_file(support, kind)
    again = import_file(support, kind)
    assert counts(again) == {"rejected": 5}
    assert "The contact can still answer interview request" in again.content.decode()
    sent = confirmed(check(support, kind))
    InterviewType.objects.filter(pk=kind.pk).update(archived_at=kind.created_at)
    assert "result" not in check(support, kind, **sent).context_data
    assert InterviewRequest.objects.filter(contact__email="bob@example.com").count() == 2
