"""Deleting and erasing: only superusers, after typing a confirmation word."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.transitions import complete_interview
from orgs.models import Change, Org
from tests.factories import OrgFactory
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
    assert root.post("orgs_org_delete", interview_request.org_id, word="acme").status_code == 302
    assert not Org.objects.exists()
    assert LogEntry.objects.get().object_repr == "Acme (acme)"


def test_an_org_with_a_long_name_is_deleted(root: Staff) -> None:
    org = OrgFactory.create(name="x" * 200, slug="long")
    assert root.post("orgs_org_delete", org.pk, word="long", post="yes").status_code == 302
    assert not Org.objects.exists()
    assert len(LogEntry.objects.get().object_repr) == 200


def test_a_contact_is_deleted_and_the_log_does_not_name_them(root: Staff, interview_request: InterviewRequest) -> None:
    assert (
        root.post("contacts_contact_delete", interview_request.contact_id, word="alice@example.com").status_code == 302
    )
    assert not Contact.objects.exists()
    assert LogEntry.objects.get().object_repr == f"contact_{interview_request.contact_id}"


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
    page = root.get("interviews_interviewrequest_change", interview_request.pk).content.decode()
    assert "None: the contact was erased." in page
    assert "/survey?token=" not in page
