"""What staff read about mails, previews for a contact, and test mails."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from contacts.models import Contact
from hindsight.http.mail import is_sent
from hindsight.http.middleware import CSP_HEADER, content_security_policy
from interviews.lifecycle import Status
from interviews.models import InterviewRequest
from orgs.models import EventKind
from sequences.mail import base_url_of, mail_is_set_up, message
from sequences.models import Enrolment, Mail, MailState, Sequence, Step
from sequences.models.enrolment import UNSENT
from staff.confirmation import ConfirmingAdmin
from staff.orgs.permissions import may
from staff.security_events import record_act
from staff.templatetags.desk import mail_name

CHANGE = "sequences.change_enrolment"
MAX_REQUESTS = 50
NO_TOKEN = "of-a-preview"  # noqa: S105 - no survey token has this form
FRAMES = content_security_policy(frame_src="'self'")


def next_mail(enrolment: Any) -> Mail | None:
    """The one that has not left."""
    return next((mail for mail in enrolment.mails.all() if mail.state in UNSENT), None)


def status_in_words(enrolment: Enrolment) -> str:
    mail = next_mail(enrolment)
    if enrolment.stop_reason:
        return f"Stopped: {enrolment.get_stop_reason_display()}"
    if mail is None:
        return "All mails sent"
    name = mail_name(mail.step)
    if mail.state == MailState.TO_APPROVE:
        return f"{name} waits for approval"
    return f"{name} due {date_format(localtime(mail.due_at), 'j M Y, H:i')}"


class ContactForm(forms.Form):
    """Picks an interview request of the org, of which the person may see the contact."""

    request = forms.ModelChoiceField(
        InterviewRequest.objects.none(), required=False, label="Contact", empty_label="A contact without a name"
    )

    def __init__(self, request: HttpRequest, sequence: Sequence) -> None:
        super().__init__(request.POST or request.GET, label_suffix="")
        field: Any = self.fields["request"]
        if may(request, "interviews.view_interviewrequest", sequence):
            rows = InterviewRequest.objects.for_org(sequence.org_id).exclude(survey_token=None)
            field.queryset = rows.select_related("org", "contact", "interview_type").defer(
                "objective", "contact__notes"
            )
        still_open = field.queryset.exclude(status=Status.COMPLETED).filter(cancelled_at=None, archived_at=None)
        newest = still_open.order_by("-pk")[:MAX_REQUESTS]
        labels = ((row.pk, f"{row.contact.name or row.contact.email}, {row.pk}") for row in newest)
        field.choices = [("", field.empty_label), *labels]
        self.sequence = sequence

    @cached_property
    def mails(self) -> Mapping[int, EmailMultiAlternatives]:
        """By the number of the step, with the text that a person has edited for the contact. Their links open nothing:
        whoever has a survey link can answer for the contact.
        """
        org, kind = self.sequence.org, self.sequence.interview_type
        nobody = InterviewRequest(org=org, contact=Contact(org=org), interview_type=kind)
        chosen = (self.is_valid() and self.cleaned_data["request"]) or nobody
        own = Mail.objects.unsent().filter(sequence=self.sequence, enrolment__interview_request=chosen.pk)
        texts: dict[int, Step | Mail] = {step.number: step for step in self.sequence.steps.all()}
        texts |= {mail.step: mail for mail in own.exclude(subject="")}
        chosen.survey_token = NO_TOKEN
        opt_out = f"{base_url_of(org)}/survey/opt-out?token={NO_TOKEN}"
        return {number: message(self.sequence, chosen, each, opt_out=opt_out) for number, each in texts.items()}

    def mail(self, number: str | None) -> EmailMultiAlternatives:
        """Raises Http404."""
        if not (number and number.isdecimal() and int(number) in self.mails):
            raise Http404
        return self.mails[int(number)]


def preview_view(admin: ConfirmingAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """A POST sends a test of the mail whose button was pressed."""
    is_test = request.method == "POST"
    sequence: Sequence = admin.object_or_404(
        request, object_id, admin.may_act if is_test else admin.has_view_permission, is_read=True
    )
    form, address = ContactForm(request, sequence), str(getattr(request.user, "email", ""))
    if is_test:
        level, text = sent_test(request, sequence, form.mail(request.POST.get("step")), address)
        return admin.back_to(request, "preview", sequence, level, text)
    mails = [(step, form.mails[step.number]) for step in sequence.steps.all()]
    shown = {"form": form, "mails": mails, "may_test": admin.may_act(request, sequence) and mail_is_set_up()}
    page = admin.page(request, "sequences/preview", sequence, title="Preview", own_address=address, **shown)
    page[CSP_HEADER] = FRAMES
    return page


def sent_test(request: HttpRequest, sequence: Sequence, mail: EmailMultiAlternatives, address: str) -> tuple[int, str]:
    """Sends the mail to the address of the person's login, which a superuser has set. Returns what to tell them."""
    if not (mail_is_set_up() and address):
        return messages.ERROR, "Nothing was sent: your login has no address, or no mail server is set up."
    mail.to, mail.subject = [address], f"[Test] {mail.subject}"
    if not is_sent(mail):
        return messages.ERROR, "The mail server did not accept the mail. Tell the operator: the log has the error."
    detail = f"Test of mail {request.POST['step']} sent to oneself."
    record_act(request, EventKind.SEQUENCE_CHANGED, sequence, detail)
    return messages.SUCCESS, f"Sent to {address}, marked as a test."


def mail_view(admin: ConfirmingAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """For the frame of a page: HTML with its own styles and the org's logo. Nothing runs, and no link opens."""
    sequence: Sequence = admin.object_or_404(request, object_id, admin.has_view_permission, is_read=True)
    mail = ContactForm(request, sequence).mail(request.GET.get("step"))
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {base_url_of(sequence.org)}"
    headers = {CSP_HEADER: f"{policy}; frame-ancestors 'self'; sandbox", "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(mail.alternatives[0][0], headers=headers)
