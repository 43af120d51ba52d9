"""The page "Who did what"."""

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.audit import overwrite
from orgs.models import EventKind, SecurityEvent
from orgs.security_events import record_security_event
from tests.client import ApiClient
from tests.factories import ContactFactory, OrgFactory
from tests.interviews.steps import SAM
from tests.staff.conftest import Staff, log_in, staff_of

TUESDAY, FRIDAY = datetime(2026, 11, 17, 9, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def friday() -> Any:
    with time_machine.travel(FRIDAY, tick=False):
        yield


def overwrite_notes(contact: Contact, notes: str, time: datetime = FRIDAY) -> None:
    with time_machine.travel(time, tick=False):
        overwrite((contact, {"notes": notes}), actor=SAM)


def rows(staff: Staff, **query: Any) -> list[tuple[str, str]]:
    response = staff.get("activity", **query)
    assert response.status_code == 200
    return [(act.act, email or act.subject) for act, email in response.context["acts"]]


def test_overwrites_and_security_events_are_one_list_newest_first(root: Staff, alice: Contact) -> None:
    overwrite_notes(alice, "New", TUESDAY)
    record_security_event(EventKind.PROMPT_READ, SAM, about=alice)
    assert rows(root, actor="sam") == [
        ("prompt read", f"contact {alice.pk}"),
        ("notes changed", "alice@example.com"),
    ]


def test_overwrites_of_a_day_lead_to_the_change_that_can_be_restored(root: Staff, alice: Contact) -> None:
    for number in range(22):
        overwrite_notes(alice, f"Of Tuesday {number}", TUESDAY)
    overwrite_notes(alice, "Of Friday")
    found = root.get("activity", since="2026-11-17", until="2026-11-17", field="notes").context["acts"]
    assert len(found) == 22
    link = found[-1][0].url
    page = root.client.get(link).content.decode()
    assert f'id="{link.partition("#")[2]}"' in page
    assert "Old notes" in page  # on the second page of the contact's changes


def test_by_person_org_field_and_days(
    root: Staff, alice: Contact, globex: Any, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    overwrite_notes(alice, "New")
    carol = ContactFactory.create(org=globex, email="carol@example.com")
    overwrite((carol, {"name": "Carol"}), actor=SAM)
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New objective"})
    notes, name = ("notes changed", "alice@example.com"), ("name changed", "carol@example.com")
    objective = ("objective changed", f"interview request {interview_request.pk}")
    assert rows(root, actor="sam") == [name, notes]
    assert {notes, objective} <= {*rows(root)}
    assert rows(root, org="GLOBEX") == rows(root, org=f"{globex.name} (globex)") == [name]
    assert rows(root, field="objective") == [objective]
    assert rows(root, since="2026-11-19", until="2026-11-19") == []
    assert rows(root, since="9999-12-31", until="9999-12-31") == []
    assert "Try more days" in root.text("activity", actor="nobody")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"since": "2026-11-20", "until": "2026-11-19"}, "Choose a first and a last day"),
        ({"since": "2020-01-01"}, "at most 366 days apart"),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"field": "flags"}, "Select a valid choice."),
        ({"actor": "x\x00"}, "Null characters are not allowed."),
        ({"org": "org"}, "Several orgs match."),
    ],
)
def test_a_filter_that_is_not_valid(root: Staff, alice: Contact, query: dict[str, str], message: str) -> None:
    overwrite_notes(alice, "New")
    OrgFactory.create_batch(2)
    response = root.get("activity", **query)
    assert message in response.content.decode()
    assert response.context["acts"] == []


def test_pages(root: Staff, alice: Contact) -> None:
    for number in range(51):
        overwrite_notes(alice, str(number))
    first = root.get("activity", field="notes")
    assert len(first.context["acts"]) == len(rows(root, field="notes", p="x")) == 50
    with CaptureQueriesContext(connection) as queries:
        second = root.client.get(f"/admin/activity/{first.context['older']}")
    assert len(second.context["acts"]) == 1
    [read] = [query["sql"] for query in queries if 'FROM "orgs_change"' in query["sql"]]
    assert "LIMIT 101" in read, "the database returns only the rows of the pages"


def test_the_file_has_every_row_and_is_recorded(root: Staff, alice: Contact) -> None:
    overwrite_notes(alice, "=Secret()")
    response = root.get("activity", csv="1", actor="sam")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    header, *found = csv.reader(StringIO(response.content.decode("utf-8-sig")))
    assert dict(zip(header, found[0], strict=True)) == {
        "created_at": "2026-11-20T12:00:00Z",
        "actor_kind": "staff",
        "actor": "sam",
        "org": "acme",
        "act": "notes changed",
        "subject": f"contact {alice.pk}",
        "detail": "",
        "request_id": "",
    }
    assert len(found) == 1
    assert SecurityEvent.objects.get(kind=EventKind.EXPORT).detail == "Who did what: 1."


def test_each_role_sees_what_it_may(alice: Contact) -> None:
    overwrite_notes(alice, "New")
    record_security_event(EventKind.PROMPT_READ, SAM, about=alice)
    overwrite, event = ("notes changed", "alice@example.com"), ("prompt read", f"contact {alice.pk}")
    assert rows(staff_of("support")) == rows(staff_of("read only")) == [overwrite]
    assert {*rows(staff_of("auditor"), actor="sam")} == {event, ("notes changed", f"contact {alice.pk}")}
    other = log_in("other")
    other.user.groups.add(Group.objects.create(name="other"))
    assert [staff.get("activity").status_code for staff in (staff_of("account manager"), other)] == [403, 403]
