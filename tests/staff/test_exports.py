"""Exports of lists: who starts them, and what is in them."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from contacts.models import Contact
from deals.models import Deal
from interviews.models import InterviewRequest
from interviews.services.erasure import erase_contact
from interviews.services.transitions import complete_interview
from orgs.actors import Actor, ActorKind
from orgs.models import Org, SecurityEvent
from staff.lists import exports
from tests.commands.running import run
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.hindsight.test_xlsx import rows_of
from tests.staff.conftest import Staff, staff_of

pytestmark = pytest.mark.django_db

INTERVIEWS = "interviews_interviewrequest"


def pressed(staff: Staff, page: str, file_format: str, kind: str = "", **query: str) -> Any:
    """A button of "Export this list"."""
    url = staff.get(f"{page}_export", **query).request
    sent = {"format": file_format, "kind": kind}
    return staff.client.post(f"{url['PATH_INFO']}?{url['QUERY_STRING']}", sent)


def exported(staff: Staff, page: str = INTERVIEWS, file_format: str = "csv", kind: str = "", **query: str) -> bytes:
    return content_of(pressed(staff, page, file_format, kind, **query))


def content_of(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_filtered_list_is_exported_as_the_command_does(
    support: Staff, alice: Contact, globex: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_PER_BLOCK", 2)
    InterviewRequestFactory.create(org=globex)
    first, *_ = InterviewRequestFactory.create_batch(5, org=alice.org, contact=alice)
    complete_interview(first, content="**Paige:** Why?\n\n**Alice:** =Price.")
    for file_format in ("csv", "jsonl"):
        expected = run("export_interviews", "--org", "acme", "--format", file_format)
        assert exported(support, file_format=file_format, org="acme").decode() == expected
    assert len(rows_of(exported(support, file_format="xlsx", org="acme"))) == 1 + 5


def test_drivers_are_rows_of_their_own(support: Staff, interview_request: InterviewRequest, globex: Org) -> None:
    """With the outcome of the deal, also in a workbook. Interviews without drivers have no row."""
    Deal.objects.create(org=interview_request.org, deal_id="deal_1", outcome="lost")
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="deal_1")
    InterviewRequestFactory.create(org=globex)
    complete(InterviewRequest.objects.get(pk=interview_request.pk), [("pricing", "The price of Acme was too high.")])
    header, row = rows_of(exported(support, file_format="xlsx", kind="drivers"))
    for found in (
        dict(zip(header, row, strict=True)),
        *csv_rows(exported(support, kind="drivers")),
        json.loads(exported(support, file_format="jsonl", kind="drivers")),
    ):
        assert (found["org"], found["outcome"], found["direction"]) == ("acme", "lost", "against")
        assert found["quote"] == "The price of Acme was too high."
    assert pressed(support, INTERVIEWS, "csv", "other").status_code == 400


def test_the_rows_are_those_of_the_list_when_the_export_began(support: Staff, alice: Contact) -> None:
    first = InterviewRequestFactory.create(org=alice.org, contact=alice)
    response = pressed(support, INTERVIEWS, "jsonl", status__exact="created")
    InterviewRequestFactory.create(org=alice.org, contact=alice)
    complete_interview(first, content="**Paige:** Why?")
    [record] = map(json.loads, content_of(response).splitlines())
    assert (record["interview_request_id"], record["status"]) == (first.pk, "completed")


def test_a_download_that_goes_on_after_an_erasure_has_no_erased_text(support: Staff, alice: Contact) -> None:
    response = pressed(support, "contacts_contact", "csv")
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=Actor(ActorKind.STAFF, "root"))
    content = content_of(response)
    assert b"contact_id" in content
    assert b"alice" not in content.lower()


@pytest.mark.parametrize("page", [INTERVIEWS, "contacts_contact"])
def test_selected_rows_are_exported_as_a_workbook(support: Staff, alice: Contact, page: str) -> None:
    rows = InterviewRequestFactory.create_batch(2, org=alice.org, contact=alice)
    selected = rows[1].pk if page == INTERVIEWS else alice.pk
    actions = support.get(f"{page}_changelist").context_data["action_form"].fields["action"].choices
    assert ("export_xlsx", "Export as XLSX") in actions
    data: dict[str, Any] = {"action": "export_xlsx", "_selected_action": [selected]}
    header, row = rows_of(content_of(support.post(f"{page}_changelist", **data)))
    expected = ("interview_request_id", str(selected)) if page == INTERVIEWS else ("contact_id", alice.public_id)
    assert expected in zip(header, row, strict=True)


def test_each_export_is_a_security_event(support: Staff, interview_request: InterviewRequest, globex: Org) -> None:
    """Of the org, or of none if there are several."""
    InterviewRequestFactory.create(org=globex)
    exported(support, org="acme")
    exported(support, file_format="xlsx")
    events = SecurityEvent.objects.filter(kind="export").order_by("pk")
    assert [(event.actor, event.org, event.detail) for event in events] == [
        ("sue", "acme", "interview requests: 1, csv."),
        ("sue", "", "interview requests: 2, xlsx."),
    ]


def test_somebody_who_manages_orgs_exports_these_only(
    acme: Org, globex: Org, interview_request: InterviewRequest
) -> None:
    """No role of the table exports own orgs only, but a group of a superuser's could."""
    other = InterviewRequestFactory.create(org=globex)
    manager = staff_of("account manager")
    manager.user.user_permissions.set(Permission.objects.filter(codename="export_lists"))
    acme.account_managers.add(manager.user)
    [row] = csv_rows(exported(manager))
    assert str(interview_request.pk) in row.values()
    data: dict[str, Any] = {"action": "export_csv", "_selected_action": [other.pk]}
    assert not manager.post(f"{INTERVIEWS}_changelist", **data).streaming


@pytest.mark.parametrize("role", ["read only", "account manager", "auditor"])
def test_other_roles_export_nothing(role: str, interview_request: InterviewRequest) -> None:
    staff = staff_of(role)
    assert staff.post(f"{INTERVIEWS}_export", format="csv").status_code == 403
    data: dict[str, Any] = {"action": "export_csv", "_selected_action": [interview_request.pk]}
    assert not staff.post(f"{INTERVIEWS}_changelist", **data).streaming
    assert not SecurityEvent.objects.filter(kind="export").exists()


def test_an_empty_list_is_not_exported(support: Staff) -> None:
    response = support.client.post("/admin/interviews/interviewrequest/export/", {"format": "csv"}, follow=True)
    assert "Nothing was exported: no row is selected, or the list is empty." in response.content.decode()
    assert support.client.post("/admin/interviews/interviewrequest/export/", {"format": "xml"}).status_code == 400
    assert not SecurityEvent.objects.filter(kind="export").exists()
