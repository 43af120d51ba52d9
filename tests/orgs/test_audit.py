"""The audit and security events: append-only, with the text after each change, erased with the row.

The text after a change is the text before the next change of the field, or the current text. An org with changes is
kept by a trigger on PostgreSQL and by a foreign key on SQLite.
"""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.erasure import delete_org
from interviews.services.update import update_interview_request
from interviews.text import Objective
from orgs.actors import Actor, ActorKind
from orgs.audit import overwrite, restore, with_after
from orgs.audit_removal import erase_changes
from orgs.models import Change, EventKind, Org, SecurityEvent
from orgs.security_events import record_security_event
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.history import history_of
from tests.transactions import needs_concurrent_writes, waiting_for

pytestmark = pytest.mark.django_db

ROOT = Actor(ActorKind.STAFF, "root")


@pytest.fixture
def change(acme_api: ApiClient, interview_request: InterviewRequest) -> Change:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    return Change.objects.get()


def test_changes_cannot_be_modified(change: Change) -> None:
    change.before = "Never said"
    rows = Change.objects.filter(pk=change.pk)
    for write in (change.save, change.delete, rows.delete, lambda: rows.update(before="Never said")):
        with pytest.raises(TypeError, match="append-only"):
            write()
    change.refresh_from_db()
    assert change.before == "Old objective"


def test_a_change_of_another_row_is_not_restored(change: Change, interview_request: InterviewRequest) -> None:
    other = InterviewRequestFactory.create(org=interview_request.org)
    with pytest.raises(ValueError, match="of another row, or its texts are erased"):
        restore(other, change, actor=Actor(ActorKind.COMMAND, "test"))
    assert Change.objects.count() == 1


def test_erasing_clears_only_the_texts_of_the_row_and_records_an_erasure(
    change: Change, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    other = InterviewRequestFactory.create(org=interview_request.org, objective="Kept")
    acme_api.patch(f"/interviews/{other.pk}", {"objective": "Kept too"})
    erase_changes(interview_request, actor=ROOT)
    erasure, erased = Change.objects.of(interview_request)
    assert (erasure.field, erasure.actor, erasure.is_erased) == ("erasure", "root", True)
    assert (erased.field, erased.before, erased.is_erased) == ("objective", None, True)
    assert history_of(other) == [("objective", "Kept", "Kept too")]
    with pytest.raises(ValueError, match="of another row, or its texts are erased"):
        restore(interview_request, erased, actor=ROOT)


@pytest.fixture
def two_fields(acme_api: ApiClient, interview_request: InterviewRequest) -> list[tuple[str, str, str]]:
    """Overwrites Alice's notes and name in turn, and returns the expected history."""
    path = f"/interviews/{interview_request.pk}"
    for body in (
        {"contact_context": "B"},
        {"contact_name": "Ann"},
        {"contact_context": ""},
        {"contact_context": "B", "contact_name": "Alice"},
        {"objective": "Of another row"},
    ):
        acme_api.patch(path, body)
    return [
        ("notes", "Old notes", "B"),
        ("name", "Alice", "Ann"),
        ("notes", "B", ""),
        ("name", "Ann", "Alice"),
        ("notes", "", "B"),
    ]


@pytest.mark.parametrize("start", range(5))
def test_a_page_of_changes_has_the_text_after_each(
    alice: Contact, two_fields: list[tuple[str, str, str]], start: int
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = with_after(alice, Change.objects.of(alice)[start : start + 2])
    texts = [(change.field, change.before, change.after) for change in page]
    assert texts == two_fields[::-1][start : start + 2]
    assert len(queries) == 2


def test_the_texts_of_a_row_that_was_read_earlier_are_read_again(alice: Contact, acme_api: ApiClient) -> None:
    """A page reads the row first. A concurrent overwrite must not put its text on the wrong side of a change."""
    read_earlier = Contact.objects.get(pk=alice.pk)
    overwrite((alice, {"notes": "B"}), actor=ROOT)
    shown = list(Change.objects.of(alice))
    overwrite((alice, {"notes": "C"}), actor=ROOT)
    assert [(change.before, change.after) for change in with_after(read_earlier, shown)] == [("Old notes", "B")]


def test_a_change_after_an_erasure_has_its_texts(alice: Contact) -> None:
    overwrite((alice, {"notes": "B"}), actor=ROOT)
    erase_changes(alice, actor=ROOT)
    overwrite((alice, {"notes": "C"}), actor=ROOT)
    assert history_of(alice)[1:] == [("erasure", None, None), ("notes", "B", "C")]
    assert [change.is_erased for change in Change.objects.of(alice)] == [False, True, True]


def update(row: InterviewRequest) -> None:
    update_interview_request(org_id=row.org_id, interview_request_id=row.pk, actor=ROOT, objective=Objective("New"))


@pytest.fixture
def org_with_changes(interview_request: InterviewRequest) -> Org:
    """Without interview requests, which `on_delete` protects."""
    update(interview_request)
    interview_request.delete()
    connection.check_constraints()
    return interview_request.org


def delete_and_commit(org: Org) -> None:
    Org.objects.get(pk=org.pk).delete()
    connection.check_constraints()  # a commit does it, too


def test_only_an_org_without_changes_is_deleted(org_with_changes: Org, globex: Org) -> None:
    with pytest.raises(IntegrityError, match="orgs_change"), transaction.atomic():
        delete_and_commit(org_with_changes)
    delete_and_commit(globex)
    assert [*Org.objects.all()] == [org_with_changes]
    assert Change.objects.for_org(org_with_changes.pk).exists()


@needs_concurrent_writes
@pytest.mark.django_db(transaction=True)
def test_deletion_waits_for_an_uncommitted_change(interview_request: InterviewRequest) -> None:
    org_id = interview_request.org_id
    waiting_for(lambda: update(interview_request), lambda: delete_org(org_id=org_id, actor=ROOT)).result()
    assert not Org.objects.exists()
    assert not Change.objects.exists()


@pytest.fixture
def event(acme: Org) -> SecurityEvent:
    record_security_event(EventKind.ORG_CHANGED, Actor(ActorKind.STAFF, "ann"), about=acme, detail="plan:\ngrowth")
    return SecurityEvent.objects.latest("pk")


def test_an_event_survives_its_org(event: SecurityEvent, acme: Org) -> None:
    acme.delete()
    event.refresh_from_db()
    assert (event.org, event.subject_type, event.subject, event.detail) == ("acme", "org", "acme", "plan: growth")


@pytest.mark.parametrize(
    "write",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: SecurityEvent.objects.filter(pk=event.pk).update(actor="nobody"),
        lambda event: SecurityEvent.objects.filter(pk=event.pk).delete(),
        lambda event: SecurityEvent.objects.bulk_update([event], ["actor"]),
    ],
)
def test_the_orm_neither_changes_nor_deletes_events(event: SecurityEvent, write: Any) -> None:
    event.actor = "nobody"
    with pytest.raises(TypeError, match="append-only"), transaction.atomic():
        write(event)
    event.refresh_from_db()
    assert event.actor == "ann"


def test_texts_that_are_too_long_are_cut(acme: Org) -> None:
    record_security_event(EventKind.COMMAND, Actor(ActorKind.COMMAND, "c" * 500), detail="d" * 500)
    event = SecurityEvent.objects.latest("pk")
    assert (len(event.actor), len(event.detail)) == (150, 300)
