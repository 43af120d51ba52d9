"""The pages that show the audit of an object and restore earlier texts."""

from typing import Any

import pytest
from django.db import connection

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import ApiKey, Change
from staff.edit_conflicts import fingerprint
from staff.history import pages as history
from staff.history.diff import PAGE_SECONDS, Piece, TimeBudget
from tests.client import ApiClient
from tests.factories import ContactFactory
from tests.history import history_of
from tests.staff.conftest import Staff

CHANGE = "contacts_contact_change"
HISTORY = "contacts_contact_history"
RESTORE = "contacts_contact_restore"


@pytest.fixture
def change(acme_api: ApiClient, interview_request: InterviewRequest) -> Change:
    """Alice's notes, overwritten over the API."""
    acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_context": "New <notes>"}, X_Request_Id="req-42")
    return Change.objects.get()


def restore(staff: Staff, change: Change) -> Any:
    [shown] = [one for one in staff.get(HISTORY, change.object_id).context["changes"] if one.entry == change]
    return staff.post(RESTORE, change.object_id, change=change.pk, seen=shown.seen)


def test_each_change_shows_who_when_and_what(root: Staff, change: Change, acme_key: str) -> None:
    page = root.text(HISTORY, change.object_id)
    key = ApiKey.objects.get()
    assert f'API key <a href="/admin/orgs/apikey/{key.pk}/change/">{key.name}</a> <code>{acme_key[:12]}…</code>' in page
    assert "req-42" in page
    assert change.created_at.strftime("%H:%M") in page
    assert "<del>Old notes</del><ins>New &lt;notes&gt;</ins>" in page


def test_restoring_brings_back_the_old_text_as_a_new_entry_that_can_be_undone(
    root: Staff, change: Change, alice: Contact
) -> None:
    response = restore(root, change)
    assert response.status_code == 302
    assert history_of(alice) == [("notes", "Old notes", "New <notes>"), ("notes", "New <notes>", "Old notes")]
    newest = Change.objects.of(alice)[0]
    assert (newest.actor, newest.request_id) == ("root", response.headers["X-Request-Id"])
    restore(root, newest)
    alice.refresh_from_db()
    assert alice.notes == "New <notes>"


def test_an_address_is_shown_and_not_restored(
    root: Staff, interview_request: InterviewRequest, acme_api: ApiClient, alice: Contact
) -> None:
    acme_api.post(f"/interviews/{interview_request.pk}/contact-email", {"contact_email": "right@example.com"})
    [shown] = root.get(HISTORY, alice.pk).context["changes"]
    assert (shown.entry.before, shown.entry.after, shown.seen) == (alice.email, "right@example.com", "")
    response = root.post(RESTORE, alice.pk, change=shown.entry.pk, seen=fingerprint("right@example.com"))
    assert response.status_code == 404
    alice.refresh_from_db()
    assert alice.email == "right@example.com"


def test_an_objective_is_restored(root: Staff, interview_request: InterviewRequest, acme_api: ApiClient) -> None:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    [shown] = root.get("interviews_interviewrequest_history", interview_request.pk).context["changes"]
    root.post("interviews_interviewrequest_restore", interview_request.pk, change=shown.entry.pk, seen=shown.seen)
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def test_restoring_does_not_overwrite_a_text_that_the_page_did_not_show(
    root: Staff, change: Change, alice: Contact
) -> None:
    seen = root.get(HISTORY, alice.pk).context["changes"][0].seen
    Contact.objects.update(notes="Meanwhile")
    root.post(RESTORE, alice.pk, change=change.pk, seen=seen)
    alice.refresh_from_db()
    assert alice.notes == "Meanwhile"
    assert "Nothing was restored." in root.text(HISTORY, alice.pk)


@pytest.mark.parametrize("number", ["", "0", "x", "9" * 30, "of another contact"])
def test_unknown_changes_give_404(root: Staff, change: Change, number: str) -> None:
    other = ContactFactory.create(org=change.org, notes="Theirs")
    sent = change.pk if number == "of another contact" else number
    assert root.post(RESTORE, other.pk, change=sent, seen="").status_code == 404
    other.refresh_from_db()
    assert other.notes == "Theirs"


def test_restoring_requires_a_post(root: Staff, change: Change, alice: Contact) -> None:
    assert root.get(RESTORE, alice.pk, change=change.pk).status_code == 405
    assert root.get(RESTORE, 999_999).status_code == 405
    assert root.post(RESTORE, 999_999).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_diffs_are_computed_outside_of_transactions(
    root: Staff, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A diff may take a while, and a POST holds the lock of its row until its transaction ends."""
    in_transaction = []

    def recording_diff(before: str, after: str, budget: TimeBudget) -> list[Piece]:
        in_transaction.append(connection.in_atomic_block)
        return [Piece("delete", before), Piece("insert", after)]

    monkeypatch.setattr(history, "diff", recording_diff)
    for page in (CHANGE, HISTORY):
        assert root.get(page, change.object_id).status_code == 200
    opened = root.form(CHANGE, change.object_id)
    Contact.objects.update(notes="Meanwhile")
    response = root.post(CHANGE, change.object_id, **{**opened, "notes": "From staff"})
    assert "Somebody else changed this" in response.content.decode()
    assert in_transaction == [False] * 4


def test_all_diffs_of_a_page_share_a_time_budget(
    root: Staff, alice: Contact, interview_request: InterviewRequest, acme_api: ApiClient
) -> None:
    for number in range(3):
        acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_context": f"Version {number}."})
    for page in (CHANGE, HISTORY):
        changes = root.get(page, alice.pk).context["changes"]
        assert len({id(shown.budget) for shown in changes}) == 1
        assert changes[0].budget.seconds_left < PAGE_SECONDS
