"""Sequences are written by services, which say what is wrong with each field."""

from datetime import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from orgs.models import Org, SecurityEvent
from sequences.models import Enrolment, Mail, Sequence, Step
from sequences.services.enrolments import edit_mail
from sequences.services.sequences import save_sequence, set_archived, shipped_steps
from tests.factories import InterviewTypeFactory, SequenceFactory
from tests.fakes.mail_server import MailServer
from tests.orgs.test_tenancy import is_rejected
from tests.sequences.conftest import SAM, enrol
from tests.working import work_off

INVITATION: dict[str, Any] = {"delay": 0, "subject": "Hello {name}", "text": "Please: {link}"}
REMINDER: dict[str, Any] = {"delay": 5, "subject": "Again", "text": "Please"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_shipped_can_be_stored(acme: Org, language: str) -> None:
    sequence = SequenceFactory.create(org=acme, language=language, steps=shipped_steps(language))
    assert [(step.number, step.delay) for step in sequence.steps.all()] == [(0, 0), (1, 5)]


def step(values: dict[str, Any], **others: Any) -> Step:
    return Step(**{**values, **others})


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"window_start": time(17), "window_end": time(9)}, "window_end", "never opens"),
        ({"window_start": time(9), "window_end": time(9)}, "window_end", "never opens"),
        ({"time_zone": "Europe/Bonn"}, "time_zone", "not a valid choice"),
        ({"time_zone": "../etc/passwd"}, "time_zone", "not a valid choice"),
        ({"sender_name": "Ann\r\nBcc: x@example.com"}, "sender_name", "one line"),
        ({"sender_name": " "}, "sender_name", "Enter one line of text"),
        ({"reply_to": "ann@acme.example.com\r\nBcc: x@example.com"}, "reply_to", "valid email"),
        ({"postal_address": " "}, "postal_address", "Enter a text"),
        ({"language": "xx"}, "language", "not a valid choice"),
        ({"daily_cap": 0}, "daily_cap", "greater than or equal to 1"),
        ({"name": ""}, "name", "cannot be blank"),
        ({"steps": []}, "steps", "Enter an invitation"),
        ({"steps": [step(INVITATION), *[step(REMINDER)] * 5]}, "steps", "at most 4 reminders"),
        ({"steps": [step(INVITATION, text="Hello")]}, "steps.0.text", "needs the placeholder {link}"),
        ({"steps": [step(INVITATION), step(REMINDER, subject="{notes}")]}, "steps.1.subject", "no placeholder {notes}"),
        ({"steps": [step(INVITATION, delay=61)]}, "steps.0.delay", "60"),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(
    acme: Org, values: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        SequenceFactory.create(org=acme, **values)
    assert message in " ".join(refusal.value.message_dict[field])
    assert not Sequence.objects.exists()


def test_an_edit_counts_for_mails_that_wait_unless_a_person_has_edited_them(
    acme: Org, sequence: Sequence, mails: MailServer, clock: Any
) -> None:
    enrol(sequence)
    enrol(sequence, "bob@example.com", "Bob")
    own = Mail.objects.get(enrolment__contact__name="Bob")
    edit_mail(org_id=acme.pk, mail_id=own.pk, subject="Dear {name}", text="Please: {link}", actor=SAM)
    assert save_sequence(sequence, [Step(**INVITATION)], actor=SAM).version == 2
    work_off("mails")
    assert sorted(subject for _, subject in mails.received()) == ["Dear Bob", "Hello Alice"]
    assert not Enrolment.objects.active().exists(), "the reminder was removed"
    with pytest.raises(ValidationError, match="has left"):
        edit_mail(org_id=acme.pk, mail_id=own.pk, subject="Dear {name}", text="Please: {link}", actor=SAM)
    kinds = SecurityEvent.objects.filter(subject_type="sequence").order_by("pk").values_list("detail", flat=True)
    assert [*kinds] == ["Created.", "Edited."]


def test_a_refused_edit_changes_nothing(acme: Org, sequence: Sequence) -> None:
    sequence.name = "Other"
    with pytest.raises(ValidationError):
        save_sequence(sequence, [], actor=SAM)
    assert sequence.steps.count() == 2
    assert not Sequence.objects.filter(name="Other").exists()


def test_an_archived_sequence_can_be_taken_out_again(sequence: Sequence) -> None:
    assert set_archived(sequence, is_archived=True).archived_at
    with pytest.raises(ValidationError, match="already archived"):
        set_archived(sequence, is_archived=True)
    assert set_archived(sequence, is_archived=False).archived_at is None
    assert Sequence.objects.get().archived_at is None


def test_no_row_refers_to_another_org(acme: Org, globex: Org, sequence: Sequence) -> None:
    row = enrol(sequence)
    other = SequenceFactory.create(org=globex)
    for write in (
        lambda: Sequence.objects.filter(pk=sequence.pk).update(interview_type=other.interview_type),
        lambda: Enrolment.objects.update(sequence=other),
        lambda: Mail.objects.update(sequence=other),
        lambda: sequence.steps.update(org=globex),
    ):
        assert is_rejected(write)
    with pytest.raises(ValidationError, match="another org"):
        SequenceFactory.create(org=acme, interview_type=InterviewTypeFactory.create(org=globex))
    assert row.enrolment.sequence == sequence
