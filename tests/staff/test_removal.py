"""Deleting and erasing: only superusers, after typing a confirmation word."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.transitions import complete_interview
from orgs.models import Change, Org
from tests.staff.admin_pages import NOT_PAGES, Rows, all_paths, make_rows
from tests.staff.conftest import Staff

PAGES = ["contacts_contact_delete", "contacts_contact_erase", "orgs_org_delete"]


def row_of(page: str, contact: Contact) -> Contact | Org:
    return contact.org if page.startswith("orgs") else contact


@pytest.mark.parametrize("page", PAGES)
def test_the_page_shows_what_is_deleted_and_changes_nothing(
    root: Staff, interview_request: InterviewRequest, page: str
) -> None:
    complete_interview(interview_request, content="**Paige:** Why?")
    asked = root.get(page, row_of(page, interview_request.contact).pk).content.decode()
    assert "Transcripts: 1" in asked
    assert "cannot be undone" in asked
    assert Contact.objects.get().name == "Alice"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("word", ["", "yes", "Alice"])
def test_the_wrong_word_changes_nothing(root: Staff, interview_request: InterviewRequest, page: str, word: str) -> None:
    response = root.post(page, row_of(page, interview_request.contact).pk, word=word, post="yes")
    assert "The confirmation word is wrong" in response.content.decode()
    assert Contact.objects.get().name == "Alice"


def test_an_org_is_deleted(root: Staff, interview_request: InterviewRequest) -> None:
    Org.objects.update(name="x" * 200, search_text="")
    assert root.post("orgs_org_delete", interview_request.org_id, word="acme").status_code == 302
    assert not Org.objects.exists()
    assert len(LogEntry.objects.get().object_repr) == 200


def test_a_contact_is_deleted_and_the_log_does_not_name_them(root: Staff, interview_request: InterviewRequest) -> None:
    number = interview_request.contact_id
    assert root.post("contacts_contact_delete", number, word="alice@example.com").status_code == 302
    assert not Contact.objects.exists()
    assert LogEntry.objects.get().object_repr == f"contact_{number}"


@pytest.mark.parametrize("page", ["contacts_contact_changelist", "auth_group_changelist"])
def test_no_list_deletes_what_is_selected(root: Staff, interview_request: InterviewRequest, page: str) -> None:
    assert "Delete selected" not in root.get(page).content.decode()
    row = Group.objects.earliest("pk") if "group" in page else interview_request.contact
    root.post(page, action="delete_selected", _selected_action=[row.pk], post="yes")
    assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_an_erasure_is_shown_with_its_actor(root: Staff, interview_request: InterviewRequest) -> None:
    response = root.post("contacts_contact_erase", interview_request.contact_id, word="alice@example.com")
    assert response.status_code == 302
    assert Contact.objects.get().email.endswith("@erased.invalid")
    assert {change.actor for change in Change.objects.all()} == {"root"}
    history = root.get("contacts_contact_history", interview_request.contact_id).content.decode()
    assert "Personal data was erased." in history
    assert "Restore the text" not in history
    assert "/survey?token=" not in root.get("interviews_interviewrequest_change", interview_request.pk).content.decode()


def test_what_nobody_may_do_is_also_refused_to_superusers(root: Staff, acme: Org) -> None:
    rows = make_rows(acme)
    paths, before = all_paths(rows), stored(rows)
    names = [name for name, reason in NOT_PAGES.items() if reason == "refused"]
    names += ["orgs_apikey_change", "orgs_securityevent_change"]
    statuses = {name: root.client.post(paths[name], {"post": "yes", "name": "x"}).status_code for name in names}
    assert statuses == dict.fromkeys(names, 403)
    assert stored(rows) == before


def stored(rows: Rows) -> list[Any]:
    return [model._default_manager.filter(pk=row.pk).values().get() for model, row in rows.items()]
