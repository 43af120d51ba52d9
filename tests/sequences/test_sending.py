"""From POST to the last reminder, with a worker and a real mail server."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone
from pytest_django import Settings

from contacts.text import clean_email
from interviews.models import InterviewRequest
from interviews.services.address import correct_address
from interviews.services.create import open_test_room
from interviews.services.scripted_buyer import complete
from orgs.models import Org
from sequences import work
from sequences.mail import opt_out_url
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason, Suppression
from sequences.services.enrolments import EnrolmentError
from sequences.services.stopping import stop
from tests.client import ApiClient
from tests.fakes.mail_server import MailServer, Trouble
from tests.sequences.conftest import MONDAY, SAM, approve_all, enrol
from tests.working import leased, work_off
from tools.harness.processes import free_port
from webhooks.models import Endpoint
from webhooks.models.event import EVENT_TYPES

pytestmark = [pytest.mark.usefixtures("clock")]


def test_paige_writes_once_a_person_has_approved_and_stops_once_the_interview_is_completed(
    acme: Org, acme_api: ApiClient, sequence: Sequence, mails: MailServer, clock: time_machine.Traveller
) -> None:
    Sequence.objects.update(needs_approval=True)
    body = {"contact_email": "alice@example.com", "contact_name": "Alice", "sequence_id": sequence.public_id}
    created = acme_api.post("/interviews", body).json()
    id_ = created["interview_request_id"]
    assert created["status"] == "sent"
    assert work_off("mails") == 0
    assert acme_api.get(f"/interviews/{id_}").json()["email_sent_at"] is None
    assert approve_all(acme) == 1
    assert work_off("mails") == 1
    [mail] = mails.mails
    assert (mail["To"], mail["Subject"]) == (
        "alice@example.com",
        "Acme would like to hear why you decided as you did",
    )
    assert created["survey_url"] in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    shown = acme_api.get(f"/interviews/{id_}").json()
    assert (shown["status"], shown["email_sent_at"]) == ("sent", "2026-03-02T09:00:00Z")
    reminder = Mail.objects.get(state=MailState.WAITING)
    assert (reminder.step, reminder.due_at) == (1, MONDAY + timedelta(days=7))
    complete(InterviewRequest.objects.get())
    clock.move_to(MONDAY + timedelta(days=7, minutes=1))
    work_off("mails")
    assert len(mails.mails) == 1
    enrolment = Enrolment.objects.get()
    assert (enrolment.stop_reason, enrolment.mails.filter(state=MailState.STOPPED).count()) == (StopReason.COMPLETED, 1)


def test_reminders_refer_to_the_invitation_and_the_last_one_ends_the_enrolment(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller
) -> None:
    enrol(sequence)
    work_off("mails")
    clock.move_to(MONDAY + timedelta(days=7))
    work_off("mails")
    first, second = mails.mails
    assert (second["In-Reply-To"], second["References"]) == (first["Message-ID"], first["Message-ID"])
    assert first["Message-ID"] != second["Message-ID"]
    assert Enrolment.objects.get().finished_at == MONDAY + timedelta(days=7)
    assert not Mail.objects.unsent().exists()


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("EHLO", drops=True),
        *(Trouble(stage, drops=True) for stage in ("MAIL", "RCPT", "DATA")),
        *(Trouble(stage, "451 4.7.1 Greylisted, try again") for stage in ("MAIL", "RCPT", "DATA")),
        Trouble("MAIL", "550 5.7.1 Sender refused"),
        Trouble("RCPT", "550 5.7.1 Relaying denied"),
        Trouble("DATA", "554 5.7.1 Looks like spam"),
        *(Trouble(stage, seconds=1) for stage in ("EHLO", "MAIL", "RCPT", "DATA")),
    ],
    ids=lambda trouble: f"{trouble.stage} {trouble.reply[:3]}{trouble.drops:d}",
)
def test_a_mail_that_the_server_does_not_accept_now_is_sent_later_and_once(
    sequence: Sequence,
    mails: MailServer,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
) -> None:
    monkeypatch.setattr(work, "SERVER_SECONDS", 0.5)
    row = enrol(sequence)
    mails.troubles.append(replace(trouble))
    assert work_off("mails") == 1
    assert mails.mails == []
    mail = Mail.objects.get()
    assert (mail.state, mail.due_at) == (MailState.WAITING, MONDAY + timedelta(minutes=1))
    assert mail.last_error
    assert "example.com" not in mail.last_error
    row.refresh_from_db()
    assert row.email_sent_at is None
    sequence.refresh_from_db()
    assert sequence.counted == 0, "it is not one of the day's mails"
    clock.shift(timedelta(minutes=1))
    assert work_off("mails") == 1
    assert len(mails.mails) == 1
    assert Mail.objects.get(step=0).state == MailState.SENT
    assert not Suppression.objects.exists()


def test_a_mail_whose_acceptance_is_not_heard_is_sent_twice_with_one_message_id(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller
) -> None:
    """The only window in which mails double: nobody can know whether the server has it."""
    enrol(sequence)
    mails.troubles.append(Trouble("DATA", drops=True, is_late=True))
    work_off("mails")
    clock.shift(timedelta(minutes=1))
    work_off("mails")
    first, second = mails.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_server_that_is_unavailable_is_tried_for_five_days(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.EMAIL_PORT = free_port()  # nobody listens there
    enrol(sequence)
    attempts = 0
    while Mail.objects.waiting().exists():
        clock.move_to(max(Mail.objects.get().due_at, sequence.window.next_open(timezone.now())))
        attempts += work_off("mails")
    enrolment = Enrolment.objects.get()
    assert enrolment.stop_reason == StopReason.EXPIRED
    assert enrolment.finished_at is not None
    assert timedelta(days=5) <= enrolment.finished_at - MONDAY < timedelta(days=8)
    assert attempts < 60


def test_an_address_that_does_not_exist_gets_no_further_mail_of_the_org(
    acme: Org, sequence: Sequence, mails: MailServer, globex: Org
) -> None:
    endpoint = Endpoint.objects.create(org=acme, url="https://example.com", event_types=[*EVENT_TYPES])
    row = enrol(sequence)
    mails.troubles.append(Trouble("RCPT", "550 5.1.1 <alice@example.com> User unknown"))
    work_off("mails")
    assert Enrolment.objects.get().stop_reason == StopReason.BOUNCED
    assert Mail.objects.get().state == MailState.STOPPED
    assert "alice" not in Mail.objects.get().last_error
    assert [delivery.event.type for delivery in endpoint.deliveries.all()] == ["interview.bounced"]
    with pytest.raises(EnrolmentError, match="does not exist"):
        enrol(sequence)
    assert not Suppression.objects.of(row.contact.email, globex.pk).exists()
    correct_address(org_id=acme.pk, interview_request_id=row.pk, email=clean_email("al@example.com"), actor=SAM)
    work_off("mails")
    assert [recipient for recipient, _ in mails.received()] == ["al@example.com"]
    row.refresh_from_db()
    assert (row.status, row.email_sent_at) == ("sent", MONDAY)


def test_the_mail_has_what_mail_servers_and_the_law_ask_for(acme: Org, sequence: Sequence, mails: MailServer) -> None:
    row = enrol(sequence)
    work_off("mails")
    [mail] = mails.mails
    link = opt_out_url(Enrolment.objects.get())
    assert {name: mail[name] for name in ("From", "Reply-To", "Auto-Submitted", "List-Unsubscribe-Post")} == {
        "From": "Ann of Acme <paige@hindsight.example.com>",
        "Reply-To": "ann@acme.example.com",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert mail["List-Unsubscribe"] == f"<{link}>"
    assert link.startswith("https://")
    assert mail["Message-ID"] == Mail.objects.get(step=0).message_id
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()  # type: ignore[union-attr]
        for part in (row.survey_url, "1 High Street", "Acme would like to hear your view", link):
            assert part in text


def test_quiet_hours_and_the_daily_cap_hold(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller
) -> None:
    Sequence.objects.update(daily_cap=2)
    for number in range(5):
        enrol(sequence, f"contact{number}@example.com")
    assert work_off("mails") == 3, "the third one finds that the cap is reached"
    assert len(mails.mails) == 2
    clock.move_to(MONDAY + timedelta(hours=6, minutes=59))
    assert work_off("mails") == 0
    clock.move_to(MONDAY + timedelta(hours=23))
    work_off("mails")
    assert len(mails.mails) == 4
    clock.move_to(MONDAY + timedelta(days=1, hours=23))
    work_off("mails")
    assert len(mails.mails) == 5


def test_a_mail_that_becomes_due_outside_the_window_waits(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller
) -> None:
    enrol(sequence)
    clock.move_to(MONDAY.replace(hour=17))
    assert work_off("mails") == 1
    assert mails.mails == []
    clock.move_to(MONDAY.replace(hour=8) + timedelta(days=1))
    assert work_off("mails") == 0, "the sequence is paused"
    clock.move_to(MONDAY.replace(hour=9) + timedelta(days=1))
    work_off("mails")
    assert len(mails.mails) == 1


def test_no_mail_of_a_test_room_leaves(acme: Org, sequence: Sequence, mails: MailServer) -> None:
    room = open_test_room(org_id=acme.pk)
    [copy] = room.sequences.all()
    assert [step.text for step in copy.steps.all()] == [step.text for step in sequence.steps.all()]
    row = enrol(copy)
    work_off("mails")
    assert mails.dialogues == 0
    row.refresh_from_db()
    assert row.email_sent_at == MONDAY, "it counts as sent"


def test_without_a_mail_server_mails_wait(sequence: Sequence, settings: Settings) -> None:
    settings.EMAIL_URL, settings.DEVELOPMENT = None, False
    enrol(sequence)
    assert work_off("mails") == 0
    assert Mail.objects.get().state == MailState.WAITING


def test_two_workers_never_send_a_mail_or_a_sequence_at_the_same_time(sequence: Sequence, mails: MailServer) -> None:
    enrol(sequence)
    enrol(sequence, "bob@example.com")
    [first] = leased("mails")
    assert leased("mails") == []
    work.send(first)
    [second] = leased("mails")
    work.send(second)
    work.send(first)
    assert sorted(recipient for recipient, _ in mails.received()) == ["alice@example.com", "bob@example.com"]


def test_a_mail_takes_few_statements(sequence: Sequence, mails: MailServer, django_assert_max_num_queries: Any) -> None:
    """A worker spends most of its time on them: see docs/performance.md."""
    enrol(sequence)
    [mail] = leased("mails")
    with django_assert_max_num_queries(19):  # with the savepoints of two transactions
        work.send(mail)
    assert len(mails.mails) == 1


def test_a_mail_of_a_killed_worker_is_sent_when_its_lease_has_expired(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller
) -> None:
    enrol(sequence)
    [late] = leased("mails")
    clock.shift(work.Mails.lease_time)
    assert work_off("mails") == 1
    work.send(late)  # it was only slow
    assert len(mails.mails) == 1
    assert Mail.objects.unsent().count() == 1


def test_a_worker_that_was_too_slow_leaves_the_mail_to_the_one_that_has_it(
    sequence: Sequence, mails: MailServer, clock: time_machine.Traveller
) -> None:
    enrol(sequence)
    [late] = leased("mails")
    clock.shift(work.Mails.lease_time)
    [mail] = leased("mails")
    work.send(late)
    assert mails.mails == []
    work.send(mail)
    assert len(mails.mails) == 1


def test_a_mail_that_is_stopped_while_the_server_has_it_counts_as_sent_and_is_the_last(
    sequence: Sequence, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = enrol(sequence)
    send_messages = EmailBackend.send_messages

    def send_and_stop(backend: EmailBackend, messages: Any) -> int:
        count = send_messages(backend, messages)
        stop(org_id=row.org_id, enrolment_ids=[row.enrolment.pk], reason=StopReason.REPLIED)
        return count

    monkeypatch.setattr(EmailBackend, "send_messages", send_and_stop)
    assert work_off("mails") == 1
    assert Mail.objects.get().state == MailState.SENT
    assert Enrolment.objects.get().stop_reason == StopReason.REPLIED
    row.refresh_from_db()
    assert row.email_sent_at == MONDAY
