from functools import partial
from typing import Any

from allauth.core import context as allauth_context
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.html import format_html

from contacts.text import clean_typed_notes, readable_notes
from deals.models import Deal
from interviews.export import COLUMNS, DRIVER_COLUMNS, export_drivers, export_interview_requests
from interviews.lifecycle import DisplayedStatus
from interviews.models import Driver, InterviewRequest, Wish
from interviews.paige.guide.guide import GuideError
from interviews.paige.model.prompt import left_out_of_notes, segments
from interviews.paige.objective import picks_in, subjects_in
from interviews.reports.prompt_preview import NoPromptError, preview_of
from interviews.services.own_data import WITHOUT_ANSWERS
from interviews.services.state import declined_conversation, displayed_status_of
from interviews.services.steering_by_staff import correct_subjects, pick_topics
from interviews.services.update import update_interview_request
from interviews.text import clean_objective
from orgs.models import Change, EventKind, SecurityEvent
from staff.base import OrgRowsAdmin
from staff.edit_conflicts import as_sent
from staff.history.pages import AuditedAdmin, Entry, Parts
from staff.interviews.actions import REQUEST_ACTIONS, RequestActions
from staff.interviews.drivers import REVIEW, DriverForm, new_driver_view, topics_of
from staff.interviews.fields import RequestFields, contact_shown, headline_of, linked
from staff.interviews.forms import COMPLETED, InterviewRequestForm, picks_in_form
from staff.interviews.new_requests import CREATED, NewRequestPages
from staff.interviews.steering import changed_after_completion, edited_steering, stored_steering
from staff.interviews.transcript import TranscriptDocument
from staff.interviews.transcript_files import WORD, as_docx, as_markdown, download
from staff.lists.date_ranges import BegunRange, ChangedRange, CompletedRange, CreatedRange
from staff.lists.exports import Export
from staff.lists.filters import (
    ArchivedFilter,
    CompetitorFilter,
    ConversationFilter,
    DealFilter,
    FlagFilter,
    InterviewTypeFilter,
    LastTopicFilter,
    OrgFilter,
    OutcomeFilter,
    titled,
)
from staff.orgs.permissions import may
from staff.security_events import actor_of, record_act

MAX_ACTS = 100

# Fields of the form that the PATCH has too.
PATCHED_AS = {"objective": "objective", "notes": "contact_context"}

# What a page says before the interview is completed.
STATES = {
    DisplayedStatus.CREATED: "Send the survey link to the contact",
    DisplayedStatus.SENT: "The contact has not begun",
    DisplayedStatus.UNDER_WAY: "The contact is answering",
    DisplayedStatus.ABANDONED: "The contact has stopped, and can go on",
    DisplayedStatus.DECLINED: "The contact takes no part",
    DisplayedStatus.CANCELLED: "The survey link says that the interview was cancelled",
    DisplayedStatus.COMPLETED: "The transcript was deleted",
}
MAIN_ACTS = {DisplayedStatus.DECLINED: "archive", DisplayedStatus.CANCELLED: "uncancel"}


@admin.register(InterviewRequest)
class InterviewRequestAdmin(OrgRowsAdmin, NewRequestPages, RequestActions, RequestFields, AuditedAdmin):
    form = InterviewRequestForm
    change_form_template = "staff/interviews/interview_request.html"
    exports = {
        "interviews": Export("interview request", export_interview_requests, COLUMNS),
        "drivers": Export("driver of these interviews", export_drivers, DRIVER_COLUMNS),
    }
    object_pages = {
        **AuditedAdmin.object_pages,
        "markdown": download("md", "text/markdown; charset=utf-8", as_markdown),
        "docx": download("docx", WORD, as_docx),
        "prompt": "prompt_view",
        "steering": "steering_view",
        "driver": new_driver_view,
    }
    list_display = (contact_shown, "org", "outcome", "displayed_status", "wishes", "created_at", "id")
    list_filter = (
        *(OrgFilter, DealFilter, BegunRange, LastTopicFilter),
        ("status", titled("status", admin.ChoicesFieldListFilter)),
        *(OutcomeFilter, CompetitorFilter, ConversationFilter, FlagFilter, InterviewTypeFilter, ArchivedFilter),
        *(CreatedRange, CompletedRange, ChangedRange),
    )
    lookups = frozenset({"contact", "status__exact"})
    sortable_by = ("id", "created_at")
    search_fields = ("id",)  # shows the search box
    search_help_text = "An id, the beginning of a deal's id, or any part of the contact's name and address."
    fieldsets = ((None, {"fields": ["objective", "notes", "steers", "picks", "subjects"]}),)
    readonly_fields = ("steers",)
    locked = ("self", "contact")

    def heading(self, obj: InterviewRequest) -> str:
        return str(obj.contact)

    @admin.display(description="What Paige makes of it")
    def steers(self, interview_request: InterviewRequest) -> str:
        """As stored. staff.js replaces it while staff type."""
        url = self.url("steering", interview_request.pk)
        steering = stored_steering(interview_request, quotes_notes=may_read_notes(allauth_context.request))
        text = render_to_string("staff/interviews/steering.html", {"steering": steering})
        return format_html('<div class="steering" data-steering="{}" aria-live="polite">{}</div>', url, text)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request).select_related("org", "contact", "conversation")
        if self.is_list(request):
            deals = Deal.objects.filter(org=OuterRef("org"), deal_id=OuterRef("deal_id")).order_by()
            outcome, competitor = Subquery(deals.values("outcome")), Subquery(deals.values("competitor"))
            wishes = Wish.objects.filter(interview_request=OuterRef("pk"))
            are_done = Exists(wishes) & ~Exists(wishes.open())
            found = found.annotate(deal_outcome=outcome, deal_competitor=competitor, wishes_are_done=are_done)
            return found.defer("objective", "contact__notes", "contact__search_text", "conversation__guide")
        return found.select_related("interview_type")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        [(title, options)] = super().get_fieldsets(request, obj)
        hidden = set() if may_write_notes(request) else {"notes"}
        return [(title, {"fields": [field for field in options["fields"] if field not in hidden]})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if not may_write_notes(request):
            del form.base_fields["notes"]
        return form

    def why_closed(self, obj: InterviewRequest) -> str:
        return COMPLETED if obj.is_completed else ""

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        """A completed interview has a form only after a POST, which refuses the edits and keeps them on the page."""
        obj, document = kwargs["obj"], None
        may_change, status = self.has_change_permission(request, obj), displayed_status_of(obj)
        if hasattr(obj, "transcript"):
            context["may_review"] = may(request, REVIEW, obj)
            form_of = partial(DriverForm.of, topics=topics_of(obj), page=request.get_full_path())
            document = TranscriptDocument.of(obj, form_of if context["may_review"] else None)
        declined = declined_conversation(obj)
        if document or (declined and declined.decline_comment):
            record_act(request, EventKind.TRANSCRIPT_READ, obj, "" if document else "The reason for declining.")
        deal = Deal.objects.for_org(obj.org_id).filter(deal_id=obj.deal_id).first() if obj.deal_id else None
        acts = {name: each.button for name, each in REQUEST_ACTIONS.items() if not each.mark.why_not(obj)}
        acts = acts if may_change else {}
        main_act = MAIN_ACTS.get(status, "")
        context.update(
            document=document,
            status=status,
            headline=headline_of(obj, deal),
            facts=self.facts_of(obj),
            state=STATES[status] if obj.survey_token else "The contact's personal data was erased",
            wishes=[(wish, linked(wish, "See to it")) for wish in obj.wishes.open()] if obj.flags else [],
            answered=0 if obj.is_completed else obj.turns.answers().count(),
            declined=declined,
            may_mark_sent=acts.pop("mark-sent", None),
            main_act=main_act,
            main_button=acts.pop(main_act, None),
            acts=acts,
            survey_url=obj.survey_url if may_change else None,
            may_send=may_change and obj.survey_url and not obj.is_completed and not main_act,
            is_created=CREATED in request.GET,
            may_preview=self.may_preview(request, obj),
            has_form=may_change and (request.method == "POST" or (not obj.is_completed and obj.survey_token)),
            notes=readable_notes(obj.contact.notes) if may_read_notes(request) else "",
            changed_at=changed_after_completion(obj),
            steers=self.steers(obj),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def related_to(self, obj: InterviewRequest) -> tuple[Parts, list[Entry]]:
        """Drivers and their changes, and who created the row, marked it as sent, cancelled or archived it."""
        acts = SecurityEvent.objects.filter(kind=EventKind.REQUEST_CHANGED, subject=str(obj.pk))
        found: list[Entry] = [*acts.filter(subject_type=obj._meta.verbose_name)[:MAX_ACTS]]
        drivers: Any = obj.drivers.all() if obj.is_completed else []
        if parts := [(f"driver in turn {driver.turn}: ", driver) for driver in drivers]:
            changes = Change.objects.for_org(obj.org_id).filter(object_type=Driver._meta.model_name)
            found += changes.filter(object_id__in=[driver.pk for _, driver in parts]).order_by()
        return parts, found

    def write(self, request: HttpRequest, obj: InterviewRequest, edits: dict[str, Any]) -> None:
        actor = actor_of(request)
        texts = {PATCHED_AS[name]: edits[name] for name in PATCHED_AS if name in edits}
        if texts:  # an objective clears picks and subjects, so it comes first
            update_interview_request(org_id=obj.org_id, interview_request_id=obj.pk, actor=actor, **texts)
        if "picks" in edits:
            picks = picks_in(edits["picks"])
            pick_topics(org_id=obj.org_id, interview_request_id=obj.pk, actor=actor, picks=picks)
        if "subjects" in edits:
            subjects = subjects_in(edits["subjects"])
            correct_subjects(org_id=obj.org_id, interview_request_id=obj.pk, actor=actor, subjects=subjects)

    def steering_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The effect of the posted form, if it were saved."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        found = self.object_or_404(request, object_id, self.has_change_permission, is_read=True)
        stored = stored_steering(found)
        try:
            objective = clean_objective(as_sent(request.POST.get("objective")))
            notes = clean_typed_notes(as_sent(request.POST["notes"])) if "notes" in request.POST else None
        except ValidationError as error:
            return TemplateResponse(request, "staff/interviews/steering.html", {"error": " ".join(error.messages)})
        picks = picks_in_form(request.POST, "picks", stored.brief.guide.topics) if stored else ""
        subjects = as_sent(request.POST.get("subjects"))
        steering = stored and edited_steering(stored, objective, notes, picks, subjects)
        return TemplateResponse(request, "staff/interviews/steering.html", {"steering": steering})

    def may_preview(self, request: HttpRequest, obj: Any = None) -> bool:
        """The prompt contains the notes."""
        return self.has_view_or_change_permission(request, obj) and may_read_notes(request)

    def prompt_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.object_or_404(request, object_id, self.may_preview)
        try:
            preview = preview_of(found)
        except GuideError as error:
            context: dict[str, Any] = {"guide_error": str(error)}
        except NoPromptError as error:
            context = {"no_prompt": str(error)}
        else:
            record_act(request, EventKind.PROMPT_READ, found, WITHOUT_ANSWERS)
            shown = [(message.role, segments(message)) for message in preview.messages]
            context = {"prompt": shown, "preview": preview, "left_out": left_out_of_notes(found.contact.notes)}
        return self.page(request, "interviews/prompt", found, title="Prompt preview", **context)


def may_write_notes(request: HttpRequest) -> bool:
    return request.user.has_perm("contacts.change_contact")


def may_read_notes(request: HttpRequest | None) -> bool:
    return request is not None and request.user.has_perm("contacts.view_contact")
