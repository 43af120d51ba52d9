"""Restoring many texts that one actor has overwritten."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Contact
from contacts.services import update_contact
from contacts.text import clean_name, clean_notes
from interviews.models import InterviewRequest
from interviews.paige.objective.steering import Picks
from interviews.services.picks import pick_topics
from interviews.services.restoring import MAX_TEXTS
from interviews.services.update import update_interview_request
from interviews.text import clean_objective
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.factories import ContactFactory
from tests.staff.conftest import Staff

pytestmark = pytest.mark.django_db

SYNC = Actor(ActorKind.API_KEY, "hsk_sync", "r1")
SAM = Actor(ActorKind.STAFF, "sam")
PAGE = "restore_texts"


@pytest.fixture
def contacts(acme: Org) -> list[Contact]:
    """Nine, whose notes a synchronization has overwritten, twice for the first one."""
    rows = ContactFactory.create_batch(9, org=acme, notes="Good notes")
    for row in rows:
        write(row, SYNC, "Bad notes")
    write(rows[0], SYNC, "Worse notes")
    return rows


def write(contact: Contact, actor: Actor, notes: str) -> None:
    update_contact(org_id=contact.org_id, contact_id=contact.pk, actor=actor, notes=clean_notes(notes))


def pick(row: InterviewRequest) -> None:
    pick_topics(org_id=row.org_id, interview_request_id=row.pk, picks=Picks(("pricing",)), actor=SAM)


def overwrite_objective(row: InterviewRequest) -> None:
    objective = clean_objective("Bad objective")
    update_interview_request(org_id=row.org_id, interview_request_id=row.pk, actor=SYNC, objective=objective)


def query(**more: str) -> dict[str, str]:
    now = timezone.now()
    times = {"since": now - timedelta(hours=1), "until": now + timedelta(seconds=2)}
    return {"actor": "hsk_sync", **{name: f"{time:%Y-%m-%dT%H:%M:%S}" for name, time in times.items()}, **more}


def preview(staff: Staff, **more: str) -> Any:
    return staff.get(PAGE, **query(**more))


def restore(staff: Staff, page: Any) -> Any:
    up_to = re.search(r'name="up_to" value="(\d+)"', page.content.decode())[1]  # type: ignore[index]
    return staff.client.post(
        page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {"up_to": up_to}, follow=True
    )


def stored() -> list[str]:
    return list(Contact.objects.order_by("pk").values_list("notes", flat=True))


def test_nine_contacts_are_restored_after_a_preview(support: Staff, contacts: list[Contact]) -> None:
    page = preview(support)
    assert "Can be restored: 9. Conflicts: 0" in page.content.decode()
    assert stored() == ["Worse notes", *["Bad notes"] * 8]
    assert "Restored: 9 texts." in restore(support, page).content.decode()
    assert stored() == ["Good notes"] * 9
    newest = Change.objects.order_by("-pk")[:9]
    assert {(change.actor, change.field) for change in newest} == {("sue", "notes")}
    assert "Nothing to restore" in preview(support).content.decode()


def test_what_somebody_else_has_changed_since_is_a_conflict_and_stays(support: Staff, contacts: list[Contact]) -> None:
    write(contacts[3], SAM, "Mine")
    page = preview(support)
    assert "Can be restored: 8. Conflicts: 1" in page.content.decode()
    assert "Conflict: Changed since by sam" in page.content.decode()
    write(contacts[4], SAM, "Mine, after the preview")
    answer = restore(support, page).content.decode()
    assert "Restored: 7 texts. Conflicts, which were kept: 2." in answer
    assert stored()[3:5] == ["Mine", "Mine, after the preview"]


def test_a_later_overwrite_of_the_same_actor_is_a_conflict(support: Staff, contacts: list[Contact]) -> None:
    page = preview(support)
    write(contacts[5], SYNC, "Written after the preview")
    assert "Restored: 8 texts." in restore(support, page).content.decode()
    assert stored()[5] == "Written after the preview"


def test_org_field_and_time_limit_the_selection(support: Staff, contacts: list[Contact], globex: Org) -> None:
    first = contacts[0]
    update_contact(org_id=first.org_id, contact_id=first.pk, actor=SYNC, name=clean_name("Bad name"))
    for more, number in (({"field": "name"}, 1), ({"org": "acme"}, 10), ({"org": "globex"}, 0), ({"actor": "x"}, 0)):
        assert len(preview(support, **more).context["preview"].texts) == number
    earlier = f"{timezone.now() - timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}"
    assert not preview(support, until=earlier).context["preview"].texts


def test_an_objective_is_restored_with_the_picks_that_it_has_cleared(
    support: Staff, interview_request: InterviewRequest
) -> None:
    pick(interview_request)
    before = InterviewRequest.objects.get()
    overwrite_objective(interview_request)
    assert InterviewRequest.objects.get().picks == ""
    restore(support, preview(support))
    after = InterviewRequest.objects.get()
    assert (after.objective, after.picks) == (before.objective, "emphasize: pricing")


def test_picks_since_keep_the_objective(support: Staff, interview_request: InterviewRequest) -> None:
    """Restoring the objective would clear them."""
    overwrite_objective(interview_request)
    pick(interview_request)
    page = preview(support)
    assert "Can be restored: 0. Conflicts: 1" in page.content.decode()


def test_too_many_texts_are_refused(support: Staff, contacts: list[Contact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviews.services.restoring.MAX_TEXTS", 5)
    assert "These are more than 5 overwrites." in preview(support).content.decode()
    assert MAX_TEXTS == 1_000


def test_a_period_that_ends_before_it_begins_is_refused(support: Staff, contacts: list[Contact]) -> None:
    page = preview(support, until="2020-01-01T00:00:00").content.decode()
    assert "The first time is after the last." in page
    assert 'role="alert"' in page
