"""Interview requests from a CSV file: dry run, import, and the file with the survey links."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.models import Contact
from deals.models import Deal, DealValues
from deals.services import write_deal
from deals.text import clean_deal_id
from interviews.models import InterviewRequest, InterviewType
from interviews.services.erasure import erase_contact
from jobs.models import Job, State
from orgs.actors import Actor, ActorKind
from orgs.models import SecurityEvent
from staff.lists import imports
from tests.staff.conftest import Staff
from tests.staff.test_exports import downloaded, run_jobs
from tests.staff.test_imports import confirm, page_of

pytestmark = pytest.mark.django_db

CSV = """email;name;notes;objective;deal_id;outcome
bob@example.com;Bob;Met in May;Why now?;d7;No decision
bob@example.com;;;;d8;won
bob@example.com;;;;d8;won
carol@example.com;;;;;won
no address;;;;;
"""


def upload(staff: Staff, kind: InterviewType, content: str) -> Any:
    data = {"interview_type": kind.pk, "file": SimpleUploadedFile("any.csv", content.encode()), "encoding": "utf-8"}
    return staff.client.post(f"/admin/interviews/interviewrequest/import/?org={kind.org.slug}", data)


def checked(staff: Staff, kind: InterviewType, content: str = CSV) -> Job:
    """After the dry run."""
    upload(staff, kind, content)
    job = Job.objects.latest("pk")
    confirm(staff, job)
    return job


def imported(staff: Staff, kind: InterviewType, content: str = CSV) -> Job:
    job = checked(staff, kind, content)
    staff.post("jobs_job_run", job.pk)
    run_jobs()
    job.refresh_from_db()
    return job


def test_a_dry_run_stores_nothing(support: Staff, kind: InterviewType) -> None:
    before = InterviewRequest.objects.count()
    job = checked(support, kind)
    assert (job.state, job.org, job.counts) == (State.FINISHED, kind.org, {"created": 2, "rejected": 3})
    assert (InterviewRequest.objects.count(), Deal.objects.count()) == (before, 0)
    page = page_of(support, job)
    assert "Import 2 interview requests" in page
    assert "email: Line 3 has the same address and deal." in page
    assert "deal_id: Send the deal whose outcome this is." in page
    assert "Download the survey links" not in page


def test_a_dry_run_shows_what_it_writes_to_contacts_and_deals(
    support: Staff, kind: InterviewType, alice: Contact
) -> None:
    values = DealValues(outcome="lost", competitor="Globex")
    write_deal(org_id=kind.org_id, deal_id=clean_deal_id("d9"), values=values, actor=Actor(ActorKind.COMMAND, "pytest"))
    file = "email;name;notes;deal;Stage\nalice@example.com;Alicia;;d9;Closed Won\n"
    job = checked(support, kind, file)
    changes = {change["field"]: (change["row"], change["before"], change["after"]) for change in imports.changes(job)}
    row = "alice@example.com, d9"
    assert changes == {
        "email": (row, "(new)", "alice@example.com"),
        "name": (row, "Alice", "Alicia"),
        "deal_id": (row, "(new)", "d9"),
        "outcome": (row, "lost", "won"),
    }
    imported(support, kind, file)
    alice.refresh_from_db()
    deal = Deal.objects.get()
    assert (alice.name, alice.notes, deal.outcome, deal.competitor) == ("Alicia", "Old notes", "won", "Globex")


def test_an_import_creates_requests_and_a_file_with_their_links(support: Staff, kind: InterviewType) -> None:
    job = imported(support, kind)
    rows = list(InterviewRequest.objects.filter(contact__email="bob@example.com").order_by("pk"))
    assert [(row.deal_id, row.objective, row.interview_type) for row in rows] == [
        ("d7", "Why now?", kind),
        ("d8", "", kind),
    ]
    assert (rows[0].contact.name, rows[0].contact.notes) == ("Bob", "Met in May")
    assert dict(Deal.objects.values_list("deal_id", "outcome")) == {"d7": "no_decision", "d8": "won"}
    assert SecurityEvent.objects.get(kind="import").actor == "sue"
    assert "Download the survey links" in page_of(support, job)
    links = list(csv.DictReader(StringIO(downloaded(support, job).removeprefix("\ufeff"), newline="")))
    assert [(row["email"], row["survey_url"]) for row in links if row["survey_url"]] == [
        ("bob@example.com", row.survey_url) for row in rows
    ]
    assert [row["line"] for row in links if row["reason"]] == ["4", "5", "6"]


def test_a_file_that_is_imported_again_creates_nothing(support: Staff, kind: InterviewType) -> None:
    imported(support, kind)
    again = imported(support, kind)
    assert again.counts == {"rejected": 5}
    assert InterviewRequest.objects.filter(contact__email="bob@example.com").count() == 2
    assert "The contact can still answer interview request" in page_of(support, again)


def test_an_erasure_deletes_the_file_with_the_links(support: Staff, kind: InterviewType, alice: Contact) -> None:
    job = imported(support, kind)
    root = Actor(ActorKind.STAFF, "root")
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=root, deal_ids=False)
    job.refresh_from_db()
    assert (job.state, job.chunks.exists()) == (State.WITHDRAWN, False)
