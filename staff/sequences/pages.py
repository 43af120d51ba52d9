from functools import partial
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from interviews.reports.mail_figures import COLUMNS, export_figures, figures_by_sequence
from orgs.models import EventKind
from sequences.models import Mail, MailState, Sequence
from sequences.services.sequences import set_archived
from sequences.text import Placeholder
from staff.base import OrgRowsAdmin
from staff.confirmation import Action, ActionAdmin
from staff.lists.exports import Export, ExportableAdmin
from staff.lists.filters import ArchivedFilter, OrgFilter
from staff.orgs.permissions import may
from staff.security_events import actor_of
from staff.sequences.forms import SequenceForm, SequenceStart
from staff.sequences.mails import mail_view, preview_view

ADD, CHANGE = "sequences.add_sequence", "sequences.change_sequence"
MAX_CONTACTS = 5_000
CREATED = "Created. Its id in the API: {}. Look at the mails before the first contact gets one."

ARCHIVE = Action(
    title="Archive",
    text="It takes no new contacts: the API answers 400, and does not list it. Mails that wait stop when they are due.",
    button="Archive",
    run=partial(set_archived, is_archived=True),
    event=EventKind.SEQUENCE_CHANGED,
    done="Archived.",
)
UNARCHIVE = Action(
    title="Unarchive",
    text="It takes new contacts again, and mails that still wait leave.",
    button="Unarchive",
    run=partial(set_archived, is_archived=False),
    event=EventKind.SEQUENCE_CHANGED,
    done="Taken out of the archive.",
)


@admin.register(Sequence)
class SequenceAdmin(OrgRowsAdmin, ExportableAdmin, ActionAdmin):
    change_form_template = "staff/sequences/sequence.html"
    exports = {"mails": Export("sequence and mail", export_figures, COLUMNS)}
    object_pages = {"edit": "edit_view", "archive": ARCHIVE, "unarchive": UNARCHIVE}
    slow_object_pages = {"preview": preview_view, "mail": mail_view}  # a test mail waits for the mail server
    list_display = ("name", "org", "interview_type", "language", "reached", "archived_at")
    list_filter = (OrgFilter, ArchivedFilter)
    fields = (
        *("name", "org", "interview_type", "language", "archived_at", "sender_name", "reply_to", "postal_address"),
        *("window_start", "window_end", "time_zone", "daily_cap", "needs_approval", "created_at"),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, ADD)

    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, CHANGE, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        rows = rows.select_related("org", "interview_type").defer("interview_type__guide")
        if self.is_list(request):
            first = Mail.objects.filter(sequence=OuterRef("pk"), state=MailState.SENT, step=0).order_by()
            number = first.values("sequence").annotate(number=Count("*")).values("number")  # reads the index alone
            rows = rows.annotate(reached=Subquery(number))
        return cast(QuerySet[Any], rows)

    @admin.display(description="Contacts mailed")
    def reached(self, sequence: Any) -> str:
        return f"{sequence.reached or 0:,}"

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        sequence = kwargs["obj"]
        figures = figures_by_sequence([sequence.pk], MAX_CONTACTS).get(sequence.pk, {})
        steps = {step.number: step for step in sequence.steps.all()}
        numbers = sorted({*steps, *figures} - {None})
        context["mails"] = [(number, steps.get(number), figures.get(number)) for number in numbers]
        context.update(total=figures.get(None), counted=MAX_CONTACTS, may_change=self.may_act(request, sequence))
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(transaction.atomic)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First asks for the org and the texts, which the query then has."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        start = SequenceStart.of(request)
        if (org := start.chosen) is None:
            return self.page(request, "lists/org_choice", None, title="New sequence", form=start)
        if not may(request, ADD, org):
            raise PermissionDenied
        return self.form_view(request, Sequence(org=org, language=start.cleaned_data["language"]))

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.form_view(request, self.object_or_404(request, object_id, self.may_act))

    def form_view(self, request: HttpRequest, sequence: Sequence) -> HttpResponse:
        original = sequence if sequence.pk else None
        form = SequenceForm(request.POST or None, instance=sequence)
        if request.method == "POST" and form.store(actor_of(request)):
            if form.kept:
                labels = " and ".join(label.lower() for label in form.kept)
                messages.warning(request, f"Somebody else changed {labels} meanwhile. That change was kept.")
            if original:
                return self.back_to(request, "change", sequence, messages.SUCCESS, "Saved.")
            text = CREATED.format(sequence.public_id)
            return self.back_to(request, "preview", sequence, messages.SUCCESS, text)
        shown = {"title": "Edit" if original else "New sequence", "org": sequence.org, "meanings": Placeholder.choices}
        return self.page(request, "sequences/form", original, form=form, **shown)
