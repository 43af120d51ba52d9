from functools import partial
from typing import Any

from allauth.core import context as allauth_context
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.html import format_html

from deals.models import Deal
from interviews.export import COLUMNS, DRIVER_COLUMNS, export_drivers, export_interview_requests
from interviews.models import InterviewRequest
from interviews.paige.guide.guide import GuideError
from interviews.paige.model.prompt import left_out_of_notes, segments
from interviews.paige.objective import picks_in, subjects_in
from interviews.reports.prompt_preview import NoPromptError, preview_of
from interviews.services.own_data import WITHOUT_ANSWERS
from interviews.services.state import declined_conversation
from interviews.services.steering_by_staff import correct_subjects, pick_topics
from interviews.services.update import update_interview_request
from interviews.text import clean_objective
from orgs.models import EventKind
from staff.base import OrgRowsAdmin
from staff.edit_conflicts import as_sent
from staff.history.pages import AuditedAdmin
from staff.interviews.actions import RequestActions
from staff.interviews.drivers import REVIEW, DriverForm, new_driver_view, topics_of
from staff.interviews.fields import RequestFields, headline_of
from staff.interviews.forms import COMPLETED, InterviewRequestForm, picks_in_form
from staff.interviews.new_requests import CREATED, NewRequestPages
from staff.interviews.steering import changed_after_completion, edited_steering, stored_steering
from staff.interviews.transcript import TranscriptDocument
from staff.interviews.transcript_files import WORD, as_docx, as_markdown, download
from staff.lists.date_ranges import BegunBefore, BegunSince, ChangedRange, CompletedRange, CreatedRange
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

ABOUT = (
    *("contact_link", "org", "interview_name", "deal_and_outcome", "displayed_status", "status_in_the_api"),
    *("progress_in_the_api", "conversation_stage", "wishes", "decline_reason", "survey_link", "created_at"),
    *("archived_at", "email_sent_at", "cancelled_at", "consented_at", "last_activity_at", "completed_at", "rating"),
)


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
    list_display = ("contact_shown", "org", "outcome", "displayed_status", "wishes", "created_at", "id")
    list_filter = (
        *(OrgFilter, DealFilter, BegunSince, BegunBefore, LastTopicFilter),
        ("status", titled("status", admin.ChoicesFieldListFilter)),
        *(OutcomeFilter, CompetitorFilter, ConversationFilter, FlagFilter, InterviewTypeFilter, ArchivedFilter),
        *(CreatedRange, CompletedRange, ChangedRange),
    )
    lookups = frozenset({"contact", "status__exact"})
    sortable_by = ("id", "created_at")
    search_fields = ("id",)  # shows the search box
    search_help_text = "An id, the beginning of a deal's id, or any part of the contact's name and address."
    fieldsets = ((None, {"fields": ["objective", "steers", "picks", "subjects"]}), ("About", {"fields": ABOUT}))
    readonly_fields = ("steers", *ABOUT)

    @admin.display(description="Effect")
    def steers(self, interview_request: InterviewRequest) -> str:
        """As stored. staff.js replaces it while staff type."""
        url = self.url("steering", interview_request.pk)
        steering = stored_steering(interview_request, quotes_notes=may_read_notes(allauth_context.request))
        context = {"steering": steering, "changed_at": changed_after_completion(interview_request)}
        text = render_to_string("staff/interviews/steering.html", context)
        return format_html('<div class="steering" data-steering="{}" aria-live="polite">{}</div>', url, text)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request).select_related("org", "contact", "conversation")
        if self.is_list(request):
            deals = Deal.objects.filter(org=OuterRef("org"), deal_id=OuterRef("deal_id")).order_by()
            outcome, competitor = Subquery(deals.values("outcome")), Subquery(deals.values("competitor"))
            found = found.annotate(deal_outcome=outcome, deal_competitor=competitor)
            return found.defer("objective", "contact__notes", "contact__search_text", "conversation__guide")
        return found.select_related("interview_type")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only staff who may edit see the picker, and the survey link: whoever has it can answer for the contact."""
        (title, texts), (about, options) = super().get_fieldsets(request, obj)
        may_change = self.has_change_permission(request, obj)
        if not may_change or self.is_read_only(request, obj):
            note = self.why_closed(obj) if may_change else ""
            texts = {"fields": ["objective", "steers"], "description": note}
        fields = [field for field in options["fields"] if may_change or field != "survey_link"]
        empty = [field for field in fields if obj and self.is_empty(obj, field)]
        filled = [field for field in fields if field not in empty]
        collapsed = ("Not set", {"fields": empty, "classes": ["collapse"]})
        return [(title, texts), (about, {"fields": filled}), *([collapsed] if empty else [])]

    def is_empty(self, obj: InterviewRequest, field: str) -> bool:
        """Whether the page would show "-"."""
        column = "deal_id" if field == "deal_and_outcome" else field  # the field would read the deal
        shown = getattr(self, column)(obj) if hasattr(self, column) else getattr(obj, column)
        return shown in (None, "", "-")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        texts = InterviewRequestForm.base_fields if self.is_read_only(request, obj) else ()
        return (*self.readonly_fields, *texts)

    def is_read_only(self, request: HttpRequest, obj: InterviewRequest | None) -> bool:
        """Whether the page has no form. A POST has the form: it refuses the edits, and keeps them on the page."""
        return request.method != "POST" and obj is not None and bool(self.why_closed(obj))

    def why_closed(self, obj: InterviewRequest) -> str:
        return COMPLETED if obj.is_completed else ""

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj, document = kwargs["obj"], None
        context.update(is_created=CREATED in request.GET, may_preview=self.may_preview(request, obj))
        if hasattr(obj, "transcript"):
            context["may_review"] = may(request, REVIEW, obj)
            form_of = partial(DriverForm.of, topics=topics_of(obj)) if context["may_review"] else None
            document = TranscriptDocument.of(obj, form_of)
        elif not obj.is_completed:
            context["unsent"] = obj.turns.answers().count()
        declined = declined_conversation(obj)
        if document or (declined and declined.decline_comment):
            record_act(request, EventKind.TRANSCRIPT_READ, obj, "" if document else "The reason for declining.")
        context.update(
            document=document,
            headline=headline_of(obj),
            declined=declined,
            wishes=[flag.label for flag in obj.raised_flags],
        )
        if self.is_read_only(request, obj):
            context.update(show_save=False, show_save_and_continue=False)
        return super().render_change_form(request, context, *args, **kwargs)

    def write(self, request: HttpRequest, obj: InterviewRequest, edits: dict[str, Any]) -> None:
        actor = actor_of(request)
        if "objective" in edits:  # clears picks and subjects, so it comes first
            update_interview_request(
                org_id=obj.org_id, interview_request_id=obj.pk, actor=actor, objective=edits["objective"]
            )
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
        except ValidationError as error:
            return TemplateResponse(request, "staff/interviews/steering.html", {"error": " ".join(error.messages)})
        picks = picks_in_form(request.POST, "picks", stored.brief.guide.topics) if stored else ""
        subjects = as_sent(request.POST.get("subjects"))
        steering = stored and edited_steering(stored, objective, picks, subjects)
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


def may_read_notes(request: HttpRequest | None) -> bool:
    return request is not None and request.user.has_perm("contacts.view_contact")
