from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from hindsight.text.languages import language_name
from interviews.lifecycle import Wording
from interviews.models import Conversation, InterviewType
from interviews.models.interview_type import language_code
from interviews.paige.guide.guide import GuideError
from interviews.reports.guide_quality import (
    NEWEST,
    ObjectiveStops,
    VersionQuality,
    quality_by_version,
    stops_by_objective,
    stops_by_question,
)
from interviews.reports.model_statistics import quality_by_engine
from interviews.services.conversations import translations_of
from interviews.services.interview_types import (
    archive_interview_type,
    discard_draft,
    set_wording,
    unarchive_interview_type,
)
from orgs.models import EventKind
from staff.base import ObjectView, StaffAdmin
from staff.confirmation import Action, ActionAdmin
from staff.guides.comparison import comparison_view
from staff.guides.new_types import NewTypePages
from staff.guides.trial import trial_view
from staff.history.pages import HistoryPage
from staff.lists.filters import ArchivedFilter, OrgFilter


def service_of(write: Callable[..., object], **options: Any) -> Callable[[InterviewType], object]:
    return lambda kind: write(org_id=kind.org_id, interview_type_id=kind.pk, **options)


ACTIONS = {
    "archive": Action(
        title="Archive",
        text="No new interview request can have this type: the API answers 400, and does not list it. Interviews that "
        "exist go on, also those that have not begun. The list shows it only with a filter.",
        button="Archive",
        run=service_of(archive_interview_type),
        event=EventKind.TYPE_ARCHIVED,
        done="Archived.",
    ),
    "unarchive": Action(
        title="Unarchive",
        text="New interview requests can have this type again.",
        button="Unarchive",
        run=service_of(unarchive_interview_type),
        event=EventKind.TYPE_UNARCHIVED,
        done="Unarchived.",
    ),
    "discard-draft": Action(
        title="Discard the draft",
        text="Its texts are deleted. The published guide stays as it is.",
        button="Discard the draft",
        run=service_of(discard_draft),
        event=EventKind.GUIDE_CHANGED,
        done="Draft discarded.",
    ),
    "words-of-model": Action(
        title="Let a model word the follow-ups",
        text="Where a model is configured for it, follow-ups have its words from the next question on. It gets the "
        "conversation, but neither notes nor objective. The guide's words replace what Paige must not say.",
        button="Let a model word them",
        run=service_of(set_wording, wording=Wording.MODEL),
        event=EventKind.GUIDE_CHANGED,
        done="Follow-ups: in the words of a model.",
    ),
    "words-of-guide": Action(
        title="Require the guide's words",
        text="From the next question on, contacts see only the words of the guide, and quotes of what they have said.",
        button="Require the guide's words",
        run=service_of(set_wording, wording=Wording.GUIDE),
        event=EventKind.GUIDE_CHANGED,
        done="Follow-ups: in the words of the guide.",
    ),
}


class InUseFilter(ArchivedFilter):
    """Drafts are in the list, although nobody gets them yet."""

    shown = ArchivedFilter.shown | Q(drafted_at__isnull=False)


def confirmed(action: Action) -> ObjectView:
    def view(admin: "InterviewTypeAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
        return admin.confirm_and_run(request, admin.object_or_404(request, object_id, admin.may_edit_guide), action)

    return view


def break_offs_view(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    interview_type: InterviewType = admin.object_or_404(request, object_id, admin.has_view_permission, is_read=True)
    try:
        objectives = stops_by_objective(interview_type)
    except GuideError:
        objectives = ObjectiveStops()
    context = {"questions": stops_by_question(interview_type), "objectives": objectives, "newest": NEWEST}
    return admin.page(request, "guides/break_offs", interview_type, title="Where contacts break off", **context)


@admin.register(InterviewType)
class InterviewTypeAdmin(NewTypePages, HistoryPage, ActionAdmin):
    change_form_template = "staff/guides/interview_type.html"
    object_pages = {
        **NewTypePages.object_pages,
        **{name: confirmed(action) for name, action in ACTIONS.items()},
    }
    slow_object_pages = {"try": trial_view, "compare": comparison_view, "break-offs": break_offs_view}
    list_display = ("name", "org", "language", "version", "status", "created_at")
    list_filter = (OrgFilter, InUseFilter)
    list_select_related = ("org",)
    sortable_by = ("name", "org", "created_at")  # thousands of rows at most
    fields = (
        *("name", "org", "language", "other_languages", "version", "words"),
        *("status", "created_at", "guide_to_read"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        kinds: QuerySet[Any] = super().get_queryset(request).annotate(language_code=language_code())
        return kinds.defer("guide", "draft") if self.is_list(request) else kinds.select_related("org")

    @admin.display(description="Language")
    def language(self, interview_type: Any) -> str:
        return language_name(interview_type.language_code)

    @admin.display(description="Contacts may switch to")
    def other_languages(self, interview_type: InterviewType) -> str:
        found = translations_of(interview_type).items()
        return "; ".join(f"{language_name(language)}: {other.name}" for language, other in found) or "-"

    @admin.display(description="Version")
    def version(self, interview_type: InterviewType) -> int:
        return int(interview_type.guide_version)

    @admin.display(description="Words of follow-ups")
    def words(self, interview_type: InterviewType) -> str:
        return f"of {Wording(interview_type.wording).label}"

    @admin.display(description="Status")
    def status(self, interview_type: InterviewType) -> str:
        if interview_type.archived_at:
            return "Draft" if interview_type.drafted_at else "Archived"
        return "In use, with a draft" if interview_type.drafted_at else "In use"

    @admin.display(description="Guide")
    def guide_to_read(self, interview_type: InterviewType) -> str:
        shown = {"guide": interview_type.guide, "json": interview_type.guide_text}
        return render_to_string("staff/guides/guide_to_read.html", shown)

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = kwargs["obj"]
        context.update(may_edit_guide=self.may_edit_guide(request), may_add=self.has_add_permission(request))
        context.update(qualities=displayed_quality(obj), engine_qualities=quality_by_engine(obj))
        context["ratings"] = list(Conversation.objects.ratings_by_version(obj))
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """With links that open an older guide in the editor, and compare versions."""
        editor = self.url("guide", object_id) if self.may_edit_guide(request) else None
        links = {"editor": editor, "compare": self.url("compare", object_id)}
        return super().history_view(request, object_id, {**(extra_context or {}), **links})


def displayed_quality(interview_type: InterviewType) -> list[tuple[VersionQuality, str]]:
    """With the title of the topic at which most were broken off, or its key if the guide no longer has it."""
    titles = {topic["key"]: topic["title"] for topic in interview_type.guide["topics"]}
    return [
        (quality, titles.get(quality.last_topic, quality.last_topic or "before the first question"))
        for quality in quality_by_version(interview_type)
    ]
