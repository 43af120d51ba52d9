"""Each reason of the table stops the invitation and the reminders."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from interviews.models import InterviewRequest
from interviews.services.create import create_interview_request
from interviews.services.erasure import delete_contact, delete_org, erase_contact
from interviews.services.marks import ARCHIVED, CANCELLED, mark_many
from interviews.services.scripted_buyer import complete
from interviews.services.wishes import decline_interview
from orgs.models import Org
from orgs.services import suspend_org
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason, Suppression
from sequences.schedule import APPROVED_WITHIN
from sequences.services.enrolments import (
    AlreadyEnrolledError,
    EnrolmentError,
    decide,
    edit_mail,
    expire_unapproved,
)
from sequences.services.sequences import set_archived
from sequences.services.stopping import STOPS, stop, suppress, unsuppress
from tests.factories import InterviewTypeFactory, SequenceFactory
from tests.fakes.mail_server import MailServer
from tests.sequences.conftest import MONDAY, SAM, approve_all, enrol
from tests.working import work_off

pytestmark = [pytest.mark.usefixtures("clock")]


def suppressed(reason: StopReason, *, everywhere: bool = False) -> Callable[[InterviewRequest], Any]:
    return lambda row: suppress(email=row.contact.email, org_id=None if everywhere else row.org_id, reason=reason)


def recorded(reason: StopReason) -> Callable[[InterviewRequest], Any]:
    return lambda row: stop(org_id=row.org_id, enrolment_ids=[row.enrolment.pk], reason=reason)


CAUSES: dict[StopReason, Callable[[Any], Any]] = {
    StopReason.COMPLETED: complete,
    StopReason.DECLINED: decline_interview,
    StopReason.OPTED_OUT: suppressed(StopReason.OPTED_OUT),
    StopReason.BOUNCED: suppressed(StopReason.BOUNCED),
    StopReason.COMPLAINED: suppressed(StopReason.COMPLAINED, everywhere=True),
    StopReason.ERASED: lambda row: erase_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM),
    StopReason.CANCELLED: lambda row: mark_many(CANCELLED, [row.pk]),
    StopReason.SUSPENDED: lambda row: suspend_org(org_id=row.org_id, reason="Unpaid"),
    StopReason.ARCHIVED: lambda row: mark_many(ARCHIVED, [row.pk]),
    StopReason.REPLIED: recorded(StopReason.REPLIED),
    StopReason.PERSON: recorded(StopReason.PERSON),
    StopReason.EXPIRED: recorded(StopReason.EXPIRED),
}


@pytest.mark.parametrize("reason", StopReason)
@pytest.mark.parametrize("is_reminder", [False, True], ids=["invitation", "reminder"])
def test_no_mail_leaves_after_a_stop(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller, reason: StopReason, is_reminder: bool
) -> None:
    row = enrol(sequence)
    if is_reminder:
        work_off("mails")
        clock.move_to(MONDAY + timedelta(days=7))
    CAUSES[reason](row)
    work_off("mails")
    assert len(mails.mails) == is_reminder
    enrolment = Enrolment.objects.get()
    assert (enrolment.stop_reason, enrolment.finished_at) == (reason, timezone.now())
    assert not Mail.objects.unsent().exists()


def test_the_table_has_each_reason_once() -> None:
    assert STOPS.keys() == {*StopReason}


def test_an_archived_sequence_stops_its_mails_and_takes_no_contacts(
    acme: Org, sequence: Sequence, mails: MailServer
) -> None:
    enrol(sequence)
    archived = set_archived(sequence, is_archived=True)
    work_off("mails")
    assert mails.mails == []
    assert Enrolment.objects.get().stop_reason == StopReason.ARCHIVED
    with pytest.raises(EnrolmentError, match="archived"):
        enrol(archived, "bob@example.com")
    assert InterviewRequest.objects.count() == 1


def test_a_contact_gets_the_mails_of_one_sequence_at_a_time(acme: Org, sequence: Sequence) -> None:
    row = enrol(sequence)
    other = SequenceFactory.create(org=acme)
    with pytest.raises(AlreadyEnrolledError, match=f"{sequence.public_id}, for interview request {row.pk}"):
        enrol(other)
    assert InterviewRequest.objects.count() == 1
    complete(row)
    assert enrol(other).enrolment.finished_at is None, "nobody has to wait for the time of the reminder"
    assert Enrolment.objects.get(interview_request=row).stop_reason == StopReason.COMPLETED


def test_a_suppression_outlives_the_contact_and_the_rotation_of_the_secret_key(
    acme: Org, globex: Org, sequence: Sequence, settings: Any
) -> None:
    row = enrol(sequence)
    suppress(email=row.contact.email, org_id=acme.pk, reason=StopReason.OPTED_OUT)
    delete_contact(org_id=acme.pk, contact_id=row.contact_id, actor=SAM)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50
    with pytest.raises(EnrolmentError, match="opted out"):
        enrol(sequence, "ALICE@example.com")
    assert "alice" not in str(Suppression.objects.values().get())
    enrol(SequenceFactory.create(org=globex))
    assert unsuppress(email="alice@example.com", org_id=acme.pk)
    enrol(sequence)


def test_a_complaint_counts_for_all_orgs(globex: Org, sequence: Sequence) -> None:
    other = enrol(SequenceFactory.create(org=globex))
    enrol(sequence)
    suppress(email="alice@example.com", org_id=None, reason=StopReason.COMPLAINED)
    suppress(email="alice@example.com", org_id=None, reason=StopReason.BOUNCED)
    assert Suppression.objects.get().reason == StopReason.COMPLAINED
    assert {*Enrolment.objects.values_list("stop_reason", flat=True)} == {"complained"}
    with pytest.raises(EnrolmentError, match="reported a mail as spam"):
        enrol(SequenceFactory.create(org=other.org))


def test_a_person_edits_approves_and_rejects(acme: Org, globex: Org, sequence: Sequence, mails: MailServer) -> None:
    Sequence.objects.update(needs_approval=True)
    sequence.refresh_from_db()
    enrol(sequence)
    bob = enrol(sequence, "bob@example.com")
    edited = Mail.objects.get(enrolment__contact__name="Alice", enrolment__contact__email="alice@example.com")
    edit_mail(org_id=acme.pk, mail_id=edited.pk, subject="Dear {name}", text="Please: {link}", actor=SAM)
    ids = [bob.enrolment.pk]
    assert decide(org_id=globex.pk, enrolment_ids=ids, is_approved=False, actor=SAM) == 0
    assert decide(org_id=acme.pk, enrolment_ids=ids, is_approved=False, actor=SAM) == 1
    assert approve_all(acme) == 1
    assert approve_all(acme) == 0
    work_off("mails")
    assert mails.received() == [("alice@example.com", "Dear Alice")]
    enrolment = Enrolment.objects.get(contact__email="alice@example.com")
    assert (enrolment.approved_by, enrolment.approved_at) == ("sam", MONDAY)
    assert Enrolment.objects.get(interview_request=bob).stop_reason == StopReason.PERSON


def test_who_has_to_stop_is_not_approved(acme: Org, sequence: Sequence) -> None:
    Sequence.objects.update(needs_approval=True)
    sequence.refresh_from_db()
    complete(enrol(sequence))
    assert approve_all(acme) == 0
    assert Enrolment.objects.get().stop_reason == StopReason.COMPLETED


def test_what_nobody_approves_expires(sequence: Sequence, clock: time_machine.Traveller) -> None:
    Sequence.objects.update(needs_approval=True)
    sequence.refresh_from_db()
    enrol(sequence)
    clock.shift(APPROVED_WITHIN)
    assert expire_unapproved() == 0
    clock.shift(timedelta(seconds=1))
    assert (expire_unapproved(dry_run=True), expire_unapproved(), expire_unapproved()) == (1, 1, 0)
    assert Enrolment.objects.get().stop_reason == StopReason.EXPIRED


def test_an_erased_contact_keeps_no_edited_mail(acme: Org, sequence: Sequence) -> None:
    row = enrol(sequence)
    mail = Mail.objects.get()
    edit_mail(org_id=acme.pk, mail_id=mail.pk, subject="Dear Alice", text="About the merger: {link}", actor=SAM)
    erase_contact(org_id=acme.pk, contact_id=row.contact_id, actor=SAM)
    mail.refresh_from_db()
    assert (mail.subject, mail.text, mail.state) == ("", "", MailState.STOPPED)


def test_an_org_is_deleted_with_its_sequences(acme: Org, globex: Org, sequence: Sequence) -> None:
    enrol(sequence)
    suppress(email="bob@example.com", org_id=acme.pk, reason=StopReason.OPTED_OUT)
    kept = enrol(SequenceFactory.create(org=globex))
    delete_org(org_id=acme.pk, actor=SAM)
    assert [row.interview_request for row in Enrolment.objects.all()] == [kept]
    assert Sequence.objects.count() == 1
    assert not Suppression.objects.exists()


def test_an_interview_request_without_a_sequence_has_no_mails(acme: Org) -> None:
    kind = InterviewTypeFactory.create(org=acme)
    row = create_interview_request(interview_type=kind, actor=SAM, contact_email="alice@example.com")  # type: ignore[arg-type]
    assert (row.status, Mail.objects.count()) == ("created", 0)
