"""Interview requests from a file in the browser: what would be created, and the file with the survey links."""

from typing import Any

import pytest

from contacts.models import Contact
from deals.models import Deal, DealValues
from deals.services import write_deal
from deals.text import clean_deal_id
from interviews.models import InterviewRequest, InterviewType
from orgs.actors import Actor, ActorKind
from orgs.models import SecurityEvent
from tests.staff import test_imports
from tests.staff.conftest import Staff
from tests.staff.test_imports import confirmed, counts, file_of, result_of

pytestmark = pytest.mark.django_db

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


def test_a_file_that_is_imported_again_creates_nothing(support: Staff, kind: InterviewType) -> None:
    import_file(support, kind)
    again = import_file(support, kind)
    assert counts(again) == {"rejected": 5}
    assert InterviewRequest.objects.filter(contact__email="bob@example.com").count() == 2
    assert "The contact can still answer interview request" in again.content.decode()


def test_the_interview_type_is_one_of_the_org(support: Staff, kind: InterviewType) -> None:
    sent = confirmed(check(support, kind))
    InterviewType.objects.filter(pk=kind.pk).update(archived_at=kind.created_at)
    assert "result" not in check(support, kind, **sent).context_data
    assert not InterviewRequest.objects.filter(contact__email="bob@example.com").exists()
