"""Mails as a contact would get them, and test mails. Both have links that open nothing: whoever has a survey link can
answer for the contact.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import get_connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse

from contacts.models import Contact
from hindsight.db.ids import is_id
from hindsight.http.middleware import CSP_HEADER, content_security_policy
from interviews.lifecycle import Status
from interviews.models import InterviewRequest
from orgs.models import EventKind
from sequences.mail import Content, base_url_of, content_of, mail_is_set_up, message
from sequences.models import Sequence, Step
from staff.base import StaffAdmin
from staff.orgs.permissions import may
from staff.security_events import record_act
from staff.sequences.mails import name_of

NO_TOKEN = "of-a-preview"  # noqa: S105 - no survey token has this form
MAX_REQUESTS = 50
VIEW_REQUESTS = "interviews.view_interviewrequest"
TEST = "[Test] "


class ContactForm(forms.Form):
    """Picks an open interview request of the org, of which the person may see the contact."""

    request = forms.ModelChoiceField(
        InterviewRequest.objects.none(), required=False, label="Contact", empty_label="A contact without a name"
    )

    def __init__(self, request: HttpRequest, sequence: Sequence) -> None:
        rows = InterviewRequest.objects.for_org(sequence.org_id).exclude(status=Status.COMPLETED)
        rows = rows.filter(cancelled_at=None, archived_at=None).exclude(survey_token=None)
        self.rows = rows if may(request, VIEW_REQUESTS, sequence) else rows.none()
        super().__init__(request.POST if request.method == "POST" else request.GET, label_suffix="")
        field: Any = self.fields["request"]
        field.queryset = self.rows.select_related("contact").defer("objective", "contact__notes")
        newest = field.queryset.order_by("-pk")[:MAX_REQUESTS]
        labels = ((row.pk, f"{row.contact.name or row.contact.email}, {row.pk}") for row in newest)
        field.choices = [("", field.empty_label), *labels]

    def chosen(self, sequence: Sequence) -> InterviewRequest:
        """Unsaved, with a link that opens nothing."""
        found = self.cleaned_data["request"] if self.is_valid() else None
        contact = found.contact if found else Contact(org=sequence.org)
        return InterviewRequest(
            org=sequence.org, contact=contact, interview_type=sequence.interview_type, survey_token=NO_TOKEN
        )


def content_for(sequence: Sequence, step: Step, interview_request: InterviewRequest) -> Content:
    opt_out = f"{base_url_of(sequence.org)}/survey/opt-out?token={NO_TOKEN}"
    return content_of(sequence, interview_request, subject=step.subject, text=step.text, opt_out=opt_out)


def step_of(request: HttpRequest, sequence: Sequence) -> Step:
    """Raises Http404."""
    number = (request.POST if request.method == "POST" else request.GET).get("step", "")
    found: Step | None = sequence.steps.filter(number=int(number)).first() if number == "0" or is_id(number) else None
    if found is None:
        raise Http404
    return found


def preview_view(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    sequence: Sequence = admin.object_or_404(request, object_id, admin.has_view_permission, is_read=True)
    form = ContactForm(request, sequence)
    chosen = form.chosen(sequence)
    query = {"request": form["request"].value() or ""}
    mails = [
        (
            name_of(step.number),
            step,
            content_for(sequence, step, chosen),
            reverse(f"admin:{admin.url_prefix}_mail", args=[sequence.pk], query={**query, "step": str(step.number)}),
        )
        for step in sequence.steps.all()
    ]
    may_test = admin.may_act(request, sequence) and mail_is_set_up()  # type: ignore[attr-defined]
    shown = {"form": form, "mails": mails, "may_test": may_test, "own_address": own_address(request)}
    page = admin.page(request, "sequences/preview", sequence, title="Preview", **shown)
    page[CSP_HEADER] = content_security_policy(frame_src="'self'")
    return page


def mail_view(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """For the frame of a page of staff."""
    sequence: Sequence = admin.object_or_404(request, object_id, admin.has_view_permission, is_read=True)
    content = content_for(sequence, step_of(request, sequence), ContactForm(request, sequence).chosen(sequence))
    return framed(content, sequence)


def framed(content: Content, sequence: Sequence) -> HttpResponse:
    """The HTML of a mail, with its own styles and the org's logo. Nothing runs, and no link opens."""
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {base_url_of(sequence.org)}"
    headers = {CSP_HEADER: f"{policy}; frame-ancestors 'self'; sandbox", "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(content.html, headers=headers)


def test_view(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Sends one mail to the address of the person's login, which a superuser has set."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    may_act = admin.may_act  # type: ignore[attr-defined]
    sequence: Sequence = admin.object_or_404(request, object_id, may_act, is_read=True)
    step, address = step_of(request, sequence), own_address(request)
    if not (mail_is_set_up() and address):
        text = "Nothing was sent: your login has no address." if mail_is_set_up() else "No mail server is set up."
        return admin.back_to(request, "preview", sequence, messages.ERROR, text)
    content = content_for(sequence, step, ContactForm(request, sequence).chosen(sequence))
    marked = Content(f"{TEST}{content.subject}", content.text, content.html)
    try:
        with get_connection(timeout=settings.EMAIL_TIMEOUT) as connection:
            connection.send_messages([message(sequence, marked, to=address)])
    except Exception as error:  # of smtplib, sockets, or a provider's client
        text = f"The mail server did not accept the mail ({type(error).__name__}). Tell the operator."
        return admin.back_to(request, "preview", sequence, messages.ERROR, text)
    record_act(request, EventKind.SEQUENCE_CHANGED, sequence, f"Test of mail {step.number} sent to oneself.")
    return admin.back_to(request, "preview", sequence, messages.SUCCESS, f"Sent to {address}, marked as a test.")


def own_address(request: HttpRequest) -> str:
    return str(getattr(request.user, "email", ""))
