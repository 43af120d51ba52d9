"""The text after a change is the text before the next change of the field, or the current text."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.actors import Actor, ActorKind
from orgs.audit import overwrite, with_after
from orgs.audit_removal import erase_changes
from orgs.models import Change
from tests.client import ApiClient
from tests.history import history_of

STAFF = Actor(ActorKind.STAFF, "root")


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
    overwrite((alice, {"notes": "B"}), actor=STAFF)
    shown = list(Change.objects.of(alice))
    overwrite((alice, {"notes": "C"}), actor=STAFF)
    assert [(change.before, change.after) for change in with_after(read_earlier, shown)] == [("Old notes", "B")]


def test_a_change_after_an_erasure_has_its_texts(alice: Contact) -> None:
    overwrite((alice, {"notes": "B"}), actor=STAFF)
    erase_changes(alice, actor=STAFF)
    overwrite((alice, {"notes": "C"}), actor=STAFF)
    assert history_of(alice)[1:] == [("erasure", None, None), ("notes", "B", "C")]
    assert [change.is_erased for change in Change.objects.of(alice)] == [False, True, True]
