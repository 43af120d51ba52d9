"""What staff read about the mails of an enrolment."""

from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime

from sequences.models import Enrolment, Mail, MailState
from staff.orgs.permissions import may


def may_change(request: HttpRequest, enrolment: Enrolment | None = None) -> bool:
    return may(request, "sequences.change_enrolment", enrolment)


def name_of(step: int) -> str:
    return f"Reminder {step}" if step else "Invitation"


def next_mail(enrolment: Any) -> Mail | None:
    """The one that has not left. The list has fetched it."""
    fetched: list[Mail] | None = getattr(enrolment, "unsent_mails", None)
    return next(iter(enrolment.mails.unsent()[:1] if fetched is None else fetched), None)


def texts_of(mail: Mail, enrolment: Enrolment) -> tuple[str, str]:
    """Subject and text with placeholders: a person's, or those of the step. Empty if the step was removed."""
    if mail.subject:
        return mail.subject, mail.text
    step = next((step for step in enrolment.sequence.steps.all() if step.number == mail.step), None)
    return (step.subject, step.text) if step else ("", "")


def status_in_words(enrolment: Enrolment) -> str:
    mail = next_mail(enrolment)
    if enrolment.stop_reason:
        return f"Stopped: {enrolment.get_stop_reason_display()}"
    if mail is None:
        return "All mails sent"
    name = name_of(mail.step)
    if mail.state == MailState.TO_APPROVE:
        return f"{name} waits for approval"
    return f"{name} due {date_format(localtime(mail.due_at), 'j M Y, H:i')}"
