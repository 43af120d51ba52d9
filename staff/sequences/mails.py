"""What staff read about mails."""

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from hindsight.http.middleware import CSP_HEADER, content_security_policy
from sequences.mail import base_url_of, message
from sequences.models import Enrolment, Mail, MailState, Sequence, Step
from staff.orgs.permissions import may

NO_TOKEN = "of-a-preview"  # noqa: S105 - no survey token has this form
FRAMES = content_security_policy(frame_src="'self'")


def may_change(request: HttpRequest, enrolment: Enrolment | None = None) -> bool:
    return may(request, "sequences.change_enrolment", enrolment)


def name_of(step: int) -> str:
    return f"Reminder {step}" if step else "Invitation"


def next_mail(enrolment: Any) -> Mail | None:
    """The one that has not left. The list has fetched it."""
    fetched: list[Mail] | None = getattr(enrolment, "unsent_mails", None)
    return next(iter(enrolment.mails.unsent()[:1] if fetched is None else fetched), None)


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


def preview_of(sequence: Sequence, interview_request: Any, texts: Step | Mail) -> EmailMultiAlternatives:
    """With links that open nothing: whoever has a survey link can answer for the contact."""
    interview_request.survey_token = NO_TOKEN
    opt_out = f"{base_url_of(sequence.org)}/survey/opt-out?token={NO_TOKEN}"
    return message(sequence, interview_request, texts, opt_out=opt_out)


def framed(mail: EmailMultiAlternatives, sequence: Sequence) -> HttpResponse:
    """For the frame of a page: HTML with its own styles and the org's logo. Nothing runs, and no link opens."""
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {base_url_of(sequence.org)}"
    headers = {CSP_HEADER: f"{policy}; frame-ancestors 'self'; sandbox", "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(mail.alternatives[0][0], headers=headers)
