"""The mails of a sequence as a contact would get them, and test mails."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives, get_connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property

from contacts.models import Contact
from hindsight.http.middleware import CSP_HEADER
from interviews.lifecycle import Status
from interviews.models import InterviewRequest
from orgs.models import EventKind
from sequences.mail import mail_is_set_up
from sequences.models import Sequence
from staff.confirmation import ConfirmingAdmin
from staff.orgs.permissions import may
from staff.security_events import record_act
from staff.sequences.mails import FRAMES, framed, name_of, preview_of

MAX_REQUESTS = 50
VIEW_REQUESTS = "interviews.view_interviewrequest"


class ContactForm(forms.Form):
    """Picks an open interview request of the org, of which the person may see the contact."""

    request = forms.ModelChoiceField(
        InterviewRequest.objects.none(), required=False, label="Contact", empty_label="A contact without a name"
    )

    def __init__(self, request: HttpRequest, sequence: Sequence) -> None:
        super().__init__(request.POST or request.GET, label_suffix="")
        field: Any = self.fields["request"]
        if may(request, VIEW_REQUESTS, sequence):
            rows = InterviewRequest.objects.for_org(sequence.org_id).exclude(status=Status.COMPLETED)
            rows = rows.filter(cancelled_at=None, archived_at=None).exclude(survey_token=None)
            rows = rows.select_related("org", "contact", "interview_type")
            field.queryset = rows.defer("objective", "contact__notes")
        newest = field.queryset.order_by("-pk")[:MAX_REQUESTS]
        labels = ((row.pk, f"{row.contact.name or row.contact.email}, {row.pk}") for row in newest)
        field.choices = [("", field.empty_label), *labels]
        self.sequence = sequence

    @cached_property
    def mails(self) -> Mapping[str, EmailMultiAlternatives]:
        """By the number of the step."""
        org, kind = self.sequence.org, self.sequence.interview_type
        nobody = InterviewRequest(org=org, contact=Contact(org=org), interview_type=kind)
        chosen = (self.is_valid() and self.cleaned_data["request"]) or nobody
        return {str(step.number): preview_of(self.sequence, chosen, step) for step in self.sequence.steps.all()}


def preview_view(admin: ConfirmingAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """A POST sends a test of the mail whose button was pressed."""
    is_test = request.method == "POST"
    sequence: Sequence = admin.object_or_404(
        request, object_id, admin.may_act if is_test else admin.has_view_permission, is_read=True
    )
    form, address = ContactForm(request, sequence), str(getattr(request.user, "email", ""))
    if is_test:
        level, text = sent_test(request, sequence, form, address)
        return admin.back_to(request, "preview", sequence, level, text)
    mails = [(name_of(step.number), step, form.mails[str(step.number)]) for step in sequence.steps.all()]
    shown = {"form": form, "mails": mails, "may_test": admin.may_act(request, sequence) and mail_is_set_up()}
    page = admin.page(request, "sequences/preview", sequence, title="Preview", own_address=address, **shown)
    page[CSP_HEADER] = FRAMES
    return page


def sent_test(request: HttpRequest, sequence: Sequence, form: ContactForm, address: str) -> tuple[int, str]:
    """Sends one mail to the address of the person's login, which a superuser has set. Returns what to tell them."""
    step = request.POST.get("step", "")
    if step not in form.mails:
        raise Http404
    if not (mail_is_set_up() and address):
        return messages.ERROR, "Nothing was sent: your login has no address, or no mail server is set up."
    mail = form.mails[step]
    mail.to, mail.subject = [address], f"[Test] {mail.subject}"
    try:
        with get_connection(timeout=settings.EMAIL_TIMEOUT) as connection:
            connection.send_messages([mail])
    except Exception as error:  # of smtplib, sockets, or a provider's client
        return messages.ERROR, f"The mail server did not accept the mail ({type(error).__name__}). Tell the operator."
    record_act(request, EventKind.SEQUENCE_CHANGED, sequence, f"Test of mail {step} sent to oneself.")
    return messages.SUCCESS, f"Sent to {address}, marked as a test."


def mail_view(admin: ConfirmingAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    sequence: Sequence = admin.object_or_404(request, object_id, admin.has_view_permission, is_read=True)
    mail = ContactForm(request, sequence).mails.get(request.GET.get("step", ""))
    if mail is None:
        raise Http404
    return framed(mail, sequence)
