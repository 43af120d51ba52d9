"""Who gets the mails of a sequence, and the queue of mails that a person approves."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime

from hindsight.db.versions import StaleVersionError
from hindsight.http.middleware import CSP_HEADER, content_security_policy
from orgs.models import EventKind
from sequences.mail import content_of, values_of
from sequences.models import Enrolment, Mail, MailState, StopReason
from sequences.services.enrolments import approve, edit_mail, reject
from sequences.services.stopping import stop
from sequences.text import MAX_SUBJECT_LENGTH, Placeholder, rendered
from staff.base import OrgRowsAdmin
from staff.confirmation import Action, ActionAdmin
from staff.edit_conflicts import as_sent, conflict_message
from staff.interviews.fields import linked
from staff.lists.filters import OrgFilter
from staff.security_events import actor_of
from staff.sequences.mails import may_change, name_of, next_mail, status_in_words, texts_of
from staff.sequences.preview import NO_TOKEN, framed

MAX_SELECTED = 1_000
ROWS_AT_ONCE = 100  # are locked in one transaction


def to_approve() -> QuerySet[Enrolment]:
    waiting = Mail.objects.filter(enrolment=OuterRef("pk"), state=MailState.TO_APPROVE)
    return Enrolment.objects.active().filter(Exists(waiting))


class StatusFilter(admin.SimpleListFilter):
    """The queue, unless staff choose otherwise."""

    title = "status"
    parameter_name = "state"
    hides = "decided"
    own = {
        "active": lambda rows: rows.active(),
        "stopped": lambda rows: rows.exclude(stop_reason=""),
        "finished": lambda rows: rows.exclude(finished_at=None).filter(stop_reason=""),
        "all": lambda rows: rows,
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("active", "active"), ("stopped", "stopped"), ("finished", "all mails sent"), ("all", "all")]

    def choices(self, changelist: Any) -> Any:
        default, *others = super().choices(changelist)
        yield {**default, "display": "waits for approval"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.own.get(self.value() or "")
        return chosen(queryset) if chosen else queryset.filter(pk__in=to_approve().values("pk"))


class MailForm(forms.Form):
    """`seen_subject` and `seen_text`: as they were stored when the form was shown."""

    subject = forms.CharField(max_length=MAX_SUBJECT_LENGTH, widget=forms.TextInput(attrs={"class": "vTextField"}))
    text = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="{link} becomes the survey link.",
    )
    seen_subject = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    seen_text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, mail: Mail, enrolment: Enrolment, data: Any) -> "MailForm":
        """Placeholders have their values, except the link: whoever has it can answer for the contact."""
        values = {**values_of(enrolment.sequence, enrolment.interview_request), Placeholder.LINK: "{link}"}
        subject, text = (rendered(each, values) for each in texts_of(mail, enrolment))
        seen = {"seen_subject": mail.subject, "seen_text": mail.text}
        return cls(data or None, initial={"subject": subject, "text": text, **seen}, label_suffix="")

    def store(self, mail: Mail, **by: Any) -> bool:
        """False if there are errors, which the fields then have."""
        if not self.is_valid():
            return False
        given = {name: as_sent(text) for name, text in self.cleaned_data.items()}
        before = given["seen_subject"], given["seen_text"]
        try:
            edit_mail(
                org_id=mail.org_id, mail_id=mail.pk, before=before, subject=given["subject"], text=given["text"], **by
            )
        except StaleVersionError:
            mail.refresh_from_db()
            self.data = {**dict(self.data.items()), "seen_subject": mail.subject, "seen_text": mail.text}
            self.add_error("subject", conflict_message(mail.subject))
            self.add_error("text", conflict_message(mail.text))
        except ValidationError as error:
            self.add_error(None, error)
        return not self.errors


def stopped(enrolment: Enrolment) -> None:
    if not stop(org_id=enrolment.org_id, enrolment_ids=[enrolment.pk], reason=StopReason.PERSON):
        raise ValidationError("No mail waits any more.")


STOP = Action(
    title="Stop mails",
    text="No further mail of this sequence leaves. The survey link keeps working. This cannot be undone.",
    button="Stop mails",
    run=stopped,
    event=EventKind.REQUEST_CHANGED,
    done="Mails stopped.",
)


@admin.register(Enrolment)
class EnrolmentAdmin(OrgRowsAdmin, ActionAdmin):
    change_form_template = "staff/sequences/enrolment.html"
    object_pages = {"mail": "mail_view", "stop": STOP}
    slow_object_pages = {"edit": "edit_view", "approve": "approve_view"}  # the services have transactions of their own
    list_display = ("contact_shown", "org", "sequence", "subject", "due", "status")
    list_filter = (StatusFilter, OrgFilter)
    lookups = frozenset({"sequence"})
    actions = ("approve", "reject")
    fields = ("contact_link", "interview", "org", "sequence_link", "status", "approval", "opened_at", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        unsent = Prefetch("mails", Mail.objects.unsent(), to_attr="unsent_mails")
        found: Any = super().get_queryset(request)
        rows: QuerySet[Any] = found.with_related().select_related("org", "contact")
        return rows.prefetch_related(unsent, "sequence__steps")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Without a lock: the services lock the interview request first, as the worker does."""
        return admin.ModelAdmin.get_object(self, request, object_id, from_field)

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, obj)

    @admin.display(description="Contact")
    def contact_shown(self, enrolment: Enrolment) -> str:
        name, email = enrolment.contact.name, enrolment.contact.email
        return format_html('{} <span class="quiet">{}</span>', name, email) if name else email

    @admin.display(description="Contact")
    def contact_link(self, enrolment: Enrolment) -> str:
        return format_html("{} {}", linked(enrolment.contact, str(enrolment.contact)), enrolment.contact.email)

    @admin.display(description="Interview")
    def interview(self, enrolment: Enrolment) -> str:
        return linked(enrolment.interview_request, str(enrolment.interview_request))

    @admin.display(description="Sequence")
    def sequence_link(self, enrolment: Enrolment) -> str:
        return linked(enrolment.sequence, enrolment.sequence.name)

    @admin.display(description="Subject")
    def subject(self, enrolment: Enrolment) -> str:
        mail = next_mail(enrolment)
        values = values_of(enrolment.sequence, enrolment.interview_request)
        return rendered(texts_of(mail, enrolment)[0], values) if mail else "-"

    @admin.display(description="Due")
    def due(self, enrolment: Enrolment) -> str:
        mail = next_mail(enrolment)
        return date_format(localtime(mail.due_at), "j M Y, H:i") if mail else "-"

    @admin.display(description="Status")
    def status(self, enrolment: Enrolment) -> str:
        return status_in_words(enrolment)

    @admin.display(description="Approved")
    def approval(self, enrolment: Enrolment) -> str:
        if enrolment.approved_at is None:
            return "-"
        return f"{date_format(localtime(enrolment.approved_at), 'j M Y, H:i')}, by {enrolment.approved_by}"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if may_change(request) else {}

    @admin.action(description="Approve")
    def approve(self, request: HttpRequest, selected: QuerySet[Enrolment]) -> None:
        self.decide(request, selected, approve, "approved")

    @admin.action(description="Reject")
    def reject(self, request: HttpRequest, selected: QuerySet[Enrolment]) -> None:
        self.decide(request, selected, reject, "rejected: no mail of the sequence leaves")

    def decide(
        self, request: HttpRequest, selected: QuerySet[Enrolment], service: Callable[..., int], done: str
    ) -> None:
        """The list can show enrolments of orgs in which the person may only look."""
        rows = list(selected.prefetch_related(None).select_related(None).only("org_id")[:MAX_SELECTED])
        if not all(may_change(request, row) for row in rows):
            raise PermissionDenied
        by_org: defaultdict[int, list[int]] = defaultdict(list)
        for row in rows:
            by_org[row.org_id].append(row.pk)
        decided = sum(
            service(org_id=org_id, enrolment_ids=ids[start : start + ROWS_AT_ONCE], actor=actor_of(request))
            for org_id, ids in by_org.items()
            for start in range(0, len(ids), ROWS_AT_ONCE)
        )
        if not rows:
            messages.warning(request, "Select mails first. Nothing was changed.")
        if decided:
            messages.success(request, f"{decided:,} {done}.")
        if others := len(rows) - decided:
            text = f"{others:,} no longer waited: somebody else has decided, or the contact gets no mails any more."
            messages.warning(request, text)

    def approve_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From the page of the enrolment: approves or rejects it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        enrolment = self.object_or_404(request, object_id, self.may_act)
        decide = self.reject if request.POST.get("decision") == "reject" else self.approve
        decide(request, Enrolment.objects.filter(pk=enrolment.pk))
        return self.response_post_save_change(request, enrolment)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enrolment = self.object_or_404(request, object_id, self.may_act)
        mail = next_mail(enrolment)
        if mail is None:
            return self.failed(request, enrolment, ValidationError("This mail has left or was stopped."))
        form = MailForm.of(mail, enrolment, request.POST)
        if form.store(mail, actor=actor_of(request)):
            return self.back_to(request, "change", enrolment, messages.SUCCESS, "The text of this mail is saved.")
        return self.page(request, "form", enrolment, title=f"Edit: {name_of(mail.step)}", form=form, button="Save")

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        enrolment = kwargs["obj"]
        mail = next_mail(enrolment)
        mails = [(name_of(each.step), each) for each in enrolment.mails.order_by("step")]
        context.update(may_change=self.may_act(request, enrolment), mail=mail, mails=mails)
        context["waits"] = mail is not None and mail.state == MailState.TO_APPROVE
        return super().render_change_form(request, context, *args, **kwargs)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        page = super().change_view(request, object_id, *args, **kwargs)
        page[CSP_HEADER] = content_security_policy(frame_src="'self'")
        return page

    def mail_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For the frame of the page."""
        enrolment = self.object_or_404(request, object_id, self.has_view_permission)
        mail = next_mail(enrolment)
        subject, text = texts_of(mail, enrolment) if mail else ("", "")
        request_of_mail = enrolment.interview_request
        request_of_mail.survey_token = NO_TOKEN
        shown = content_of(enrolment.sequence, request_of_mail, subject=subject, text=text, opt_out=f"#{NO_TOKEN}")
        return framed(shown, enrolment.sequence)
