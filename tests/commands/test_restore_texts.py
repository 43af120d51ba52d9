"""Restoring many texts that one actor has overwritten."""

from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from contacts.models import Contact
from contacts.services import update_contact
from contacts.text import clean_name, clean_notes
from interviews.models import InterviewRequest
from interviews.paige.objective import Picks
from interviews.services.steering_by_staff import pick_topics
from interviews.services.update import update_interview_request
from interviews.text import clean_objective
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.commands.running import run
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

SYNC = Actor(ActorKind.API_KEY, "hsk_sync", "r1")
SAM = Actor(ActorKind.STAFF, "sam")
DAY = timedelta(days=1)


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


def restore(*arguments: str, author: str = "hsk_sync", until: str = "") -> list[list[str]]:
    """Returns row, field and result of each text."""
    now = timezone.now()
    period = ("--since", f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", "--until", until or (now + DAY).isoformat())
    return [line.split("\t") for line in run("restore_texts", author, *period, *arguments).splitlines()]


def results(*arguments: str, until: str = "") -> list[str]:
    return [result for _, _, result in restore(*arguments, until=until)]


def stored() -> list[str]:
    return list(Contact.objects.order_by("pk").values_list("notes", flat=True))


def test_nine_contacts_are_restored_after_a_dry_run(contacts: list[Contact]) -> None:
    assert results("--dry-run") == ["to be restored"] * 9
    assert stored() == ["Worse notes", *["Bad notes"] * 8]
    assert restore() == [[f"contact {row.pk}", "notes", "restored"] for row in contacts]
    assert stored() == ["Good notes"] * 9
    newest = Change.objects.order_by("-pk")[:9]
    assert {(change.actor, change.field) for change in newest} == {("restore_texts", "notes")}
    assert results() == []
    assert len(restore(author="restore_texts")) == 9
    assert stored() == ["Worse notes", *["Bad notes"] * 8]


def test_what_was_changed_since_is_a_conflict_and_stays(contacts: list[Contact]) -> None:
    """Also by the same author."""
    until = timezone.now().isoformat()
    write(contacts[3], SAM, "Mine")
    write(contacts[5], SYNC, "Written later")
    found = results(until=until)
    assert found[3].startswith("Changed since by sam, ")
    assert found.count("restored") == 7
    assert stored() == [*["Good notes"] * 3, "Mine", "Good notes", "Written later", *["Good notes"] * 3]


def test_org_field_and_time_limit_the_selection(contacts: list[Contact], globex: Org) -> None:
    first = contacts[0]
    update_contact(org_id=first.org_id, contact_id=first.pk, actor=SYNC, name=clean_name("Bad name"))
    for arguments, number in (("--field name", 1), ("--org acme", 10), ("--org globex", 0)):
        assert len(results("--dry-run", *arguments.split())) == number
    assert restore("--dry-run", author="x") == []
    assert restore(until=(timezone.now() - timedelta(minutes=5)).isoformat()) == []


def test_an_objective_is_restored_with_the_picks_that_it_has_cleared(interview_request: InterviewRequest) -> None:
    pick(interview_request)
    before = InterviewRequest.objects.get()
    overwrite_objective(interview_request)
    assert InterviewRequest.objects.get().picks == ""
    assert results() == ["restored", "restored"]
    after = InterviewRequest.objects.get()
    assert (after.objective, after.picks) == (before.objective, "emphasize: pricing")


def test_picks_since_keep_the_objective(interview_request: InterviewRequest) -> None:
    """Restoring the objective would clear them."""
    overwrite_objective(interview_request)
    pick(interview_request)
    assert [result.partition(",")[0] for result in results()] == ["Changed since by sam"]
    assert InterviewRequest.objects.get().objective == "Bad objective"


def test_too_many_texts_and_a_wrong_period_are_refused(
    contacts: list[Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    for until, error in (("2020-01-01", "--since is not before"), ("x", "'x' is not a time such as")):
        with pytest.raises(CommandError, match=error):
            restore(until=until)
    monkeypatch.setattr("interviews.services.restoring.MAX_TEXTS", 5)
    with pytest.raises(CommandError, match="These are more than 5 overwrites"):
        restore()
    assert stored()[1] == "Bad notes"
