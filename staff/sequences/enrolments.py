"""Who gets the mails of a sequence, and the queue of mails that a person approves."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from hindsight.http.middleware import CSP_HEADER
from orgs.actors import Actor
from orgs.models import EventKind
from sequences.mail import values_of
from sequences.models import Enrolment, Mail, StopReason
from sequences.services.enrolments import decide, edit_mail
from sequences.services.stopping import stop
from sequences.text import Placeholder, rendered
from staff.base import OrgRowsAdmin
from staff.confirmation import Action, ActionAdmin
from staff.edit_conflicts import EditForm, as_sent
from staff.interviews.fields import contact_shown
from staff.lists.filters import HidingFilter, OrgFilter
from staff.orgs.permissions import may
from staff.security_events import actor_of
from staff.sequences.mails import CHANGE, FRAMES, next_mail, status_in_words
from staff.templatetags.desk import mail_name

MAX_SELECTED = 1_000
ROWS_AT_ONCE = 100  # are locked in one transaction


class StatusFilter(HidingFilter):
    """The queue, unless staff choose otherwise."""

    title = "status"
    parameter_name = "state"
    hides, default = "decided", "waits for approval"
    options = (("active", "active"), ("stopped", "stopped"), ("finished", "all mails sent"), ("all", "all"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = {
            "active": queryset.active(),
            "stopped": queryset.exclude(stop_reason=""),
            "finished": queryset.exclude(finished_at=None).filter(stop_reason=""),
            "all": queryset,
        }
        return chosen.get(self.value() or "", queryset.to_approve())


class MailForm(EditForm):
    """Placeholders have their values, except the link: whoever has it can answer for the contact."""

    class Meta:
        model = Mail
        fields = ("subject", "text")
        widgets = {
            "subject": forms.TextInput(attrs={"class": "vTextField"}),
            "text": forms.Textarea(attrs={"rows": 14}),
        }
        help_texts = {"subject": "", "text": "{link} becomes the survey link."}

    def __init__(self, data: Any, *, mail: Mail, enrolment: Enrolment) -> None:
        values = {**values_of(enrolment.sequence, enrolment.interview_request), Placeholder.LINK: "{link}"}
        texts = mail.texts(enrolment.sequence)
        self.rendered = {name: rendered(getattr(texts, name, ""), values) for name in self.Meta.fields}
        super().__init__(data, instance=mail, initial=self.rendered, label_suffix="")

    def stored_value(self, name: str) -> str:
        return self.rendered[name]

    def _post_clean(self) -> None:
        """The service validates."""

    def store(self, actor: Actor) -> bool:
        """False if there are errors, which the fields then have."""
        if self.is_valid() and self.edits:
            texts = {name: as_sent(self.cleaned_data[name]) for name in self.Meta.fields}
            try:
                edit_mail(org_id=self.instance.org_id, mail_id=self.instance.pk, actor=actor, **texts)
            except ValidationError as error:
                self.add_error(None, error)
        return self.is_valid()


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
    object_pages = {"stop": STOP, "edit": "edit_view"}
    locked = ("interview_request",)  # as the worker does
    list_display = (contact_shown, "org", "sequence", "subject", "status")
    list_filter = (StatusFilter, OrgFilter)
    lookups = frozenset({"sequence"})
    actions = ("approve", "reject")
    fields = (
        *("contact", "address", "interview_request", "org", "sequence", "status"),
        *("approved_at", "approved_by", "opened_at", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: Any = super().get_queryset(request)
        rows: QuerySet[Any] = found.with_related().select_related("org", "contact")
        return rows.prefetch_related("mails", "sequence__steps")

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, CHANGE, obj)

    @admin.display(description="Address")
    def address(self, enrolment: Enrolment) -> str:
        return str(enrolment.contact.email)

    @admin.display(description="Subject")
    def subject(self, enrolment: Enrolment) -> str:
        mail = next_mail(enrolment)
        texts = mail.texts(enrolment.sequence) if mail else None
        values = values_of(enrolment.sequence, enrolment.interview_request)
        return rendered(texts.subject, values) if texts else "-"

    @admin.display(description="Status")
    def status(self, enrolment: Enrolment) -> str:
        return status_in_words(enrolment)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if self.may_act(request) else {}

    @admin.action(description="Approve")
    def approve(self, request: HttpRequest, selected: QuerySet[Enrolment]) -> None:
        self.decide(request, selected, is_approved=True)

    @admin.action(description="Reject")
    def reject(self, request: HttpRequest, selected: QuerySet[Enrolment]) -> None:
        self.decide(request, selected, is_approved=False)

    def decide(self, request: HttpRequest, selected: QuerySet[Enrolment], *, is_approved: bool) -> None:
        """The list can show enrolments of orgs in which the person may only look."""
        rows = list(selected.prefetch_related(None).select_related(None).only("org_id")[:MAX_SELECTED])
        if not all(self.may_act(request, row) for row in rows):
            raise PermissionDenied
        actor, decided = actor_of(request), 0
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            for org_id in {row.org_id for row in part}:
                ids = [row.pk for row in part if row.org_id == org_id]
                decided += decide(org_id=org_id, enrolment_ids=ids, is_approved=is_approved, actor=actor)
        if decided:
            done = "approved" if is_approved else "rejected: no mail of the sequence leaves"
            messages.success(request, f"{decided:,} {done}.")
        chosen = max(len(rows), len(request.POST.getlist(ACTION_CHECKBOX_NAME)))  # the queue lacks what was decided
        if others := chosen - decided:
            text = f"{others:,} no longer waited: somebody else has decided, or the contact gets no mails any more."
            messages.warning(request, text)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enrolment = self.object_or_404(request, object_id, self.may_act)
        mail = next_mail(enrolment)
        if mail is None:
            return self.failed(request, enrolment, ValidationError("This mail has left or was stopped."))
        form = MailForm(request.POST or None, mail=mail, enrolment=enrolment)
        if request.method == "POST" and form.store(actor_of(request)):
            return self.back_to(request, "change", enrolment, messages.SUCCESS, "The text of this mail is saved.")
        return self.page(request, "form", enrolment, title=f"Edit: {mail_name(mail.step)}", form=form, button="Save")

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context.update(may_change=self.may_act(request, kwargs["obj"]), mail=next_mail(kwargs["obj"]))
        page = super().render_change_form(request, context, *args, **kwargs)
        page[CSP_HEADER] = FRAMES
        return page
