"""Sequences on the staff pages: the form with its steps, previews, test mails and figures."""

from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from interviews.models import InterviewType
from orgs.models import Org, SecurityEvent
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason
from sequences.services.enrolments import edit_mail
from sequences.services.sequences import save_sequence, shipped_steps
from sequences.services.stopping import suppress
from tests.factories import InterviewRequestFactory, SequenceFactory
from tests.sequences.conftest import SAM, approve_all, enrol
from tests.staff.conftest import Fields, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def sequence(acme: Org, kind: InterviewType) -> Sequence:
    return SequenceFactory.create(org=acme, interview_type=kind, name="Buyers", needs_approval=True)


NEW = {
    "name": "Lost deals",
    "sender_name": "Ann of Acme",
    "reply_to": "ann@acme.example.com",
    "postal_address": "Acme Ltd\r\n1 High Street",
    "time_zone": "Europe/Berlin",
}


def sent_form(staff: Staff, page: str, *args: Any, **query: str) -> dict[str, str]:
    return Fields(staff.get(page, *args, **query)).data


def steps_of(sequence: Sequence) -> list[tuple[int, str, str]]:
    return list(sequence.steps.values_list("delay", "subject", "text"))


def test_a_sequence_begins_with_the_shipped_texts(support: Staff, acme: Org, kind: InterviewType) -> None:
    page = support.get("sequences_sequence_add", org="acme", language="de")
    form = Fields(page).data
    assert [form["steps-0-subject"], form["steps-1-delay"]] == [shipped_steps("de")[0].subject, "5"]
    answer: Any = support.client.post(page.request["PATH_INFO"] + "?org=acme&language=de", {**form, **NEW})
    created = Sequence.objects.get()
    assert answer.url == f"/admin/sequences/sequence/{created.pk}/preview/"
    assert (created.org, created.interview_type, created.language, created.needs_approval) == (acme, kind, "de", True)
    assert steps_of(created) == [(each.delay, each.subject, each.text) for each in shipped_steps("de")]
    assert SecurityEvent.objects.latest("pk").kind == "sequence_changed"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"steps-0-text": "Hello {first_name}, {link}"}, "Invitation, Text: There is no placeholder {first_name}."),
        ({"steps-0-text": "Hello"}, "Invitation, Text: The invitation needs the placeholder {link}"),
        ({"steps-1-subject": ""}, "Reminder 1, Subject: This field cannot be blank."),
        (
            {"steps-1-subject": "", "steps-1-text": "", "steps-2-subject": "{x}", "steps-2-text": "Hello"},
            "Reminder 2, Subject: There is no placeholder {x}.",
        ),
        ({"steps-1-delay": "x"}, "Business days after the mail before: Enter a whole number."),
        ({"window_end": "08:00"}, "Until: The window never opens."),
        ({"sender_name": "Ann\nBcc: x@example.com"}, "Sender: Enter one line"),
        ({"time_zone": "Europe/Atlantis"}, "Time zone: Select a valid choice."),
        ({"reply_to": "ann"}, "Reply address: Enter a valid email address."),
        ({"name": "Buyers"}, "Name: This org has a sequence with this name."),
        ({"daily_cap": "0"}, "Mails a day: Ensure this value is greater than or equal to 1."),
    ],
)
def test_errors_name_the_field_and_keep_what_was_typed(
    support: Staff, sequence: Sequence, sent: dict[str, str], message: str
) -> None:
    SequenceFactory.create(org=sequence.org, interview_type=sequence.interview_type, name="Other")
    other = Sequence.objects.get(name="Other")
    form = {**sent_form(support, "sequences_sequence_edit", other.pk), "steps-0-subject": "Typed {vendor}", **sent}
    page = support.post("sequences_sequence_edit", other.pk, **form)
    assert page.status_code == 200
    text = page.content.decode()
    assert message in text
    assert 'value="Typed {vendor}"' in text
    assert steps_of(other) == [(each.delay, each.subject, each.text) for each in shipped_steps("en")]


def test_a_reminder_is_added_and_removed(support: Staff, sequence: Sequence) -> None:
    form = sent_form(support, "sequences_sequence_edit", sequence.pk)
    first, second = form["steps-0-subject"], form["steps-1-subject"]
    assert [form[f"steps-{number}-subject"] for number in range(2, 5)] == ["", "", ""]
    added = {"steps-3-delay": "7", "steps-3-subject": "Last {vendor}", "steps-3-text": "Dear {name}\r\n{link}"}
    support.post("sequences_sequence_edit", sequence.pk, **{**form, **added})
    assert [step[:2] for step in steps_of(sequence)] == [(0, first), (5, second), (7, "Last {vendor}")]
    form = sent_form(support, "sequences_sequence_edit", sequence.pk)
    assert (form["steps-2-subject"], form["steps-2-text"]) == ("Last {vendor}", "Dear {name}\n{link}")
    support.post("sequences_sequence_edit", sequence.pk, **{**form, "steps-1-subject": "", "steps-1-text": ""})
    assert [(step.number, step.subject) for step in sequence.steps.all()] == [(0, first), (1, "Last {vendor}")]
    form = sent_form(support, "sequences_sequence_edit", sequence.pk)
    refused = support.post(
        "sequences_sequence_edit", sequence.pk, **{**form, "steps-0-subject": "", "steps-0-text": ""}
    )
    assert "Invitation, Subject: This field cannot be blank." in refused.content.decode()
    assert sequence.steps.count() == 2


def test_an_edit_says_what_happens_to_mails_that_wait(support: Staff, sequence: Sequence) -> None:
    for number in range(3):
        enrol(sequence, f"contact-{number}@example.com")
    edited = Mail.objects.latest("pk")
    edit_mail(org_id=sequence.org_id, mail_id=edited.pk, subject="For you", text="{link}", actor=SAM)
    page = support.get("sequences_sequence_edit", sequence.pk)
    assert "Mails that wait: 3." in page.content.decode()
    form = {**Fields(page).data, "steps-0-subject": "About {vendor}"}
    support.client.post(page.request["PATH_INFO"], form)
    assert sequence.steps.get(number=0).subject == "About {vendor}"
    edited.refresh_from_db()
    assert (edited.subject, edited.state) == ("For you", MailState.TO_APPROVE)


def saved_by_another_person(sequence: Sequence, name: str = "Buyers", reminders: int = 1) -> None:
    steps = shipped_steps("en")[: 1 + reminders]
    for step in steps:
        step.subject = "Theirs {vendor}"
    sequence.name = name
    save_sequence(sequence, steps, actor=SAM)


def test_nothing_is_overwritten_that_somebody_else_has_saved(support: Staff, sequence: Sequence) -> None:
    form = sent_form(support, "sequences_sequence_edit", sequence.pk)
    saved_by_another_person(sequence, name="Theirs")
    mine = {**form, "steps-0-subject": "Mine {vendor}", "name": "Mine"}
    refused = support.post("sequences_sequence_edit", sequence.pk, **mine)
    text = refused.content.decode()
    assert text.count("Somebody else changed this while you had it open") >= 2
    assert "Theirs {vendor}" in text
    assert 'value="Mine {vendor}"' in text
    stored = Sequence.objects.get()
    assert (stored.name, stored.steps.get(number=0).subject) == ("Theirs", "Theirs {vendor}")
    again = {**Fields(refused).data, "name": "Mine"}
    assert support.post("sequences_sequence_edit", sequence.pk, **again).status_code == 302
    stored = Sequence.objects.get()
    assert (stored.name, stored.steps.get(number=0).subject) == ("Mine", "Mine {vendor}")


def test_an_unchanged_form_keeps_what_somebody_else_has_saved(support: Staff, sequence: Sequence) -> None:
    form = sent_form(support, "sequences_sequence_edit", sequence.pk)
    saved_by_another_person(sequence)
    assert support.post("sequences_sequence_edit", sequence.pk, **{**form, "daily_cap": "7"}).status_code == 302
    stored = Sequence.objects.get()
    assert (stored.daily_cap, stored.steps.get(number=0).subject) == (7, "Theirs {vendor}")


@pytest.mark.parametrize("reminders", [0, 2])
def test_a_reminder_that_somebody_else_removed_or_added_stays_so(
    support: Staff, sequence: Sequence, reminders: int
) -> None:
    if reminders == 0:
        form = sent_form(support, "sequences_sequence_edit", sequence.pk)
        saved_by_another_person(sequence, reminders=0)
    else:
        saved_by_another_person(sequence, reminders=0)
        form = sent_form(support, "sequences_sequence_edit", sequence.pk)
        saved_by_another_person(sequence, reminders=1)
    assert support.post("sequences_sequence_edit", sequence.pk, **{**form, "daily_cap": "7"}).status_code == 302
    assert (Sequence.objects.get().daily_cap, sequence.steps.count()) == (7, 1 + bool(reminders))


def test_a_preview_is_for_a_real_contact_and_opens_no_interview(support: Staff, sequence: Sequence) -> None:
    row = enrol(sequence, name="Alice <b>")
    page = support.text("sequences_sequence_preview", sequence.pk, request=row.pk)
    assert "Hello Alice &lt;b&gt;," in page
    framed = support.get("sequences_sequence_mail", sequence.pk, request=row.pk, step="1")
    assert "Hello Alice &lt;b&gt;," in framed.content.decode()
    assert framed.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'; sandbox")
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    for text in (page, framed.content.decode()):
        assert str(row.survey_token) not in text
        assert "/survey?token=of-a-preview" in text
    assert support.get("sequences_sequence_mail", sequence.pk, step="4").status_code == 404


def test_a_preview_finds_no_contact_of_another_org(manager: Staff, sequence: Sequence, globex: Org) -> None:
    foreign = InterviewRequestFactory.create(org=globex, contact__name="Gina")
    page = manager.text("sequences_sequence_preview", sequence.pk, request=foreign.pk)
    assert "Gina" not in page


def test_a_test_mail_goes_to_oneself_and_is_recorded(support: Staff, sequence: Sequence, settings: Any) -> None:
    settings.DEVELOPMENT = True
    row = enrol(sequence)
    support.post("sequences_sequence_preview", sequence.pk, step="0", request=row.pk)
    assert outbox.outbox == [], "the login has no address"
    support.user.email = "sue@hindsight.example"
    support.user.save()
    support.post("sequences_sequence_preview", sequence.pk, step="0", request=row.pk, to="eve@example.com")
    [sent] = outbox.outbox
    assert (sent.to, sent.subject.startswith("[Test] ")) == (["sue@hindsight.example"], True)
    assert "Hello Alice," in sent.body
    assert str(row.survey_token) not in sent.body
    event = SecurityEvent.objects.latest("pk")
    assert (event.kind, event.actor, event.detail) == ("sequence_changed", "sue", "Test of mail 0 sent to oneself.")
    assert Mail.objects.get().state == MailState.TO_APPROVE


def test_a_test_mail_that_does_not_leave_is_an_error(support: Staff, sequence: Sequence, settings: Any) -> None:
    settings.DEVELOPMENT, settings.EMAIL_BACKEND = True, f"{EmailBackend.__module__}.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens
    support.user.email = "sue@hindsight.example"
    support.user.save()
    url = f"/admin/sequences/sequence/{sequence.pk}/preview/"
    page = support.client.post(url, {"step": "0", "request": ""}, follow=True)
    assert "The mail server did not accept the mail." in page.content.decode()
    assert not SecurityEvent.objects.filter(detail__startswith="Test of mail").exists()


def test_a_sequence_is_archived_once(support: Staff, sequence: Sequence) -> None:
    support.post("sequences_sequence_archive", sequence.pk)
    assert Sequence.objects.get().archived_at is not None
    page = support.client.post(f"/admin/sequences/sequence/{sequence.pk}/archive/", follow=True)
    assert "This sequence is already archived." in page.content.decode()
    assert support.listed("sequences_sequence") == []
    support.post("sequences_sequence_unarchive", sequence.pk)
    assert Sequence.objects.get().archived_at is None
    assert SecurityEvent.objects.filter(kind="sequence_changed").count() == 3


def test_mails_are_approved_rejected_and_counted_in_bulk(manager: Staff, sequence: Sequence) -> None:
    rows = [enrol(sequence, f"contact-{number}@example.com").enrolment for number in range(3)]
    assert "3 mails wait for approval" in manager.text("index")
    assert {row.pk for row in manager.listed("sequences_enrolment")} == {row.pk for row in rows}
    chosen = {"action": "approve", "_selected_action": [rows[0].pk, rows[1].pk]}
    manager.post("sequences_enrolment_changelist", **chosen)
    assert Mail.objects.filter(state=MailState.WAITING).count() == 2
    assert {row.approved_by for row in Enrolment.objects.exclude(approved_at=None)} == {"account-manager"}
    chosen = {"action": "reject", "_selected_action": [row.pk for row in rows]}
    url = "/admin/sequences/enrolment/"
    page = manager.client.post(url, chosen, follow=True)  # the list no longer has two of them
    assert "1 rejected" in page.content.decode()
    assert "2 no longer waited" in page.content.decode()
    assert [row.stop_reason for row in Enrolment.objects.order_by("pk")] == ["", "", "person"]
    assert "waits for approval" not in manager.text("index")


def test_who_decides_second_is_told_so(support: Staff, sequence: Sequence) -> None:
    form = sent_form(support, "sequences_enrolment_change", enrol(sequence).enrolment.pk)
    approve_all(sequence.org)
    page = support.client.post("/admin/sequences/enrolment/", {**form, "action": "reject"}, follow=True)
    assert "1 no longer waited: somebody else has decided" in page.content.decode()
    assert Mail.objects.get().state == MailState.WAITING


def test_one_mail_is_edited_with_resolved_placeholders(support: Staff, sequence: Sequence) -> None:
    enrolment = enrol(sequence).enrolment
    form = sent_form(support, "sequences_enrolment_edit", enrolment.pk)
    assert form["subject"] == "Acme would like to hear why you decided as you did"
    assert "Hello Alice," in form["text"]
    assert "{link}" in form["text"]
    refused = support.post("sequences_enrolment_edit", enrolment.pk, **{**form, "text": "No link"})
    assert "The invitation needs the placeholder {link}" in refused.content.decode()
    edited = {**form, "subject": "For Alice", "text": "Dear Alice\r\n{link}"}
    assert support.post("sequences_enrolment_edit", enrolment.pk, **edited).status_code == 302
    mail = Mail.objects.get()
    assert (mail.subject, mail.text, mail.state) == ("For Alice", "Dear Alice\n{link}", MailState.TO_APPROVE)
    frame = f"/admin/sequences/sequence/{sequence.pk}/mail/?step=0&amp;request={enrolment.interview_request_id}"
    page = support.get("sequences_enrolment_change", enrolment.pk)
    assert frame in page.content.decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    shown = support.text("sequences_sequence_mail", sequence.pk, step="0", request=enrolment.interview_request_id)
    assert "Dear Alice" in shown
    assert "Dear Alice" not in support.text("sequences_sequence_mail", sequence.pk, step="0")
    conflict = support.post("sequences_enrolment_edit", enrolment.pk, **{**form, "subject": "Mine"})
    assert "Somebody else changed this while you had it open" in conflict.content.decode()
    assert Mail.objects.get().subject == "For Alice"
    again = {**Fields(conflict).data, "subject": "Mine"}
    support.post("sequences_enrolment_edit", enrolment.pk, **again)
    assert Mail.objects.get().subject == "Mine"


def test_an_interview_shows_its_next_mail_and_stops_it(support: Staff, sequence: Sequence) -> None:
    row = enrol(sequence)
    page = support.text("interviews_interviewrequest_change", row.pk)
    assert "Invitation waits for approval" in page
    assert f"/admin/sequences/enrolment/{row.enrolment.pk}/stop/" in page
    support.post("sequences_enrolment_stop", row.enrolment.pk)
    assert Enrolment.objects.get().stop_reason == "person"
    assert Mail.objects.get().state == MailState.STOPPED
    assert SecurityEvent.objects.latest("pk").detail == "Mails stopped."
    page = support.text("interviews_interviewrequest_change", row.pk)
    assert "Stopped: a person has stopped it" in page
    assert "/stop/" not in page


def test_a_contact_who_opted_out_gets_mails_again(support: Staff, sequence: Sequence) -> None:
    contact = enrol(sequence).contact
    assert "No mails" not in support.text("contacts_contact_change", contact.pk)
    suppress(email=contact.email, org_id=contact.org_id, reason=StopReason.OPTED_OUT)
    page = support.text("contacts_contact_change", contact.pk)
    assert "<strong>No mails:</strong> the contact has opted out" in page
    support.post("contacts_contact_allow-mails", contact.pk)
    assert "No mails" not in support.text("contacts_contact_change", contact.pk)
    assert SecurityEvent.objects.latest("pk").detail == "Mails allowed again."
    suppress(email=contact.email, org_id=None, reason=StopReason.COMPLAINED)
    page = support.text("contacts_contact_change", contact.pk)
    assert "<strong>No mails of any org:</strong> the contact has reported a mail as spam" in page
    assert "Allow mails again" not in page


def test_an_opened_link_counts_after_a_mail(client: Any, sequence: Sequence) -> None:
    row = enrol(sequence)
    client.get("/survey", {"token": row.survey_token})
    assert Enrolment.objects.get().opened_at is None, "no mail has left"
    row.email_sent_at = timezone.now()
    row.save(update_fields=["email_sent_at"])
    client.head("/survey", {"token": row.survey_token})
    assert Enrolment.objects.get().opened_at is None
    client.get("/survey", {"token": row.survey_token})
    opened_at = Enrolment.objects.get().opened_at
    assert opened_at is not None
    client.get("/survey", {"token": row.survey_token})
    assert Enrolment.objects.get().opened_at == opened_at
