from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from hindsight.text.languages import ENGLISH
from interviews.lifecycle import Wording
from interviews.models import Conversation, InterviewType
from interviews.reports.guide_quality import VersionQuality, quality_by_version
from interviews.reports.model_statistics import quality_by_engine
from interviews.services.interview_types import archive_interview_type, set_wording, unarchive_interview_type
from interviews.services.languages import translations_of
from orgs.models import EventKind
from staff.confirmation import Action, ActionAdmin
from staff.guides.break_off_pages import BreakOffPages
from staff.guides.comparison_pages import GuideComparisonPages
from staff.guides.forms import language_name
from staff.guides.new_interview_types import NewInterviewTypePages
from staff.guides.trial_pages import GuideTrialPages
from staff.history.pages import HistoryPage
from staff.lists.filters import ArchivedFilter, OrgFilter

ARCHIVE = Action(
    title="Archive",
    text="No new interview request can have this type: the API answers 400, and does not list it. Interviews that "
    "exist go on, also those that have not begun. The list shows it only with a filter.",
    button="Archive",
    run=lambda interview_type: archive_interview_type(
        org_id=interview_type.org_id, interview_type_id=interview_type.pk
    ),
    event=EventKind.TYPE_ARCHIVED,
    done="Archived.",
)
UNARCHIVE = Action(
    title="Unarchive",
    text="New interview requests can have this type again.",
    button="Unarchive",
    run=lambda interview_type: unarchive_interview_type(
        org_id=interview_type.org_id, interview_type_id=interview_type.pk
    ),
    event=EventKind.TYPE_UNARCHIVED,
    done="Unarchived.",
)

WORDS_OF_A_MODEL = Action(
    title="Let a model word the follow-ups",
    text="Where a model is configured for it, follow-ups have its words from the next question on. It gets the "
    "conversation, but neither notes nor objective. The guide's words replace what Paige must not say.",
    button="Let a model word them",
    run=lambda interview_type: set_wording(
        org_id=interview_type.org_id, interview_type_id=interview_type.pk, wording=Wording.MODEL
    ),
    event=EventKind.GUIDE_CHANGED,
    done="Follow-ups: in the words of a model.",
)
WORDS_OF_THE_GUIDE = Action(
    title="Require the guide's words",
    text="From the next question on, contacts see only the words of the guide, and quotes of what they have said.",
    button="Require the guide's words",
    run=lambda interview_type: set_wording(
        org_id=interview_type.org_id, interview_type_id=interview_type.pk, wording=Wording.GUIDE
    ),
    event=EventKind.GUIDE_CHANGED,
    done="Follow-ups: in the words of the guide.",
)


class ShownQuality(NamedTuple):
    """A topic that the guide no longer has is shown by its key."""

    quality: VersionQuality
    topic: str


@admin.register(InterviewType)
class InterviewTypeAdmin(
    NewInterviewTypePages, GuideTrialPages, GuideComparisonPages, BreakOffPages, HistoryPage, ActionAdmin
):
    slow_object_pages = {
        **GuideTrialPages.trial_pages,
        **GuideComparisonPages.comparison_pages,
        **BreakOffPages.break_off_pages,
    }
    change_form_template = "staff/guides/interview_type.html"
    object_pages = {
        **NewInterviewTypePages.object_pages,
        "archive": "archive_view",
        "unarchive": "unarchive_view",
        "words-of-model": "words_of_model_view",
        "words-of-guide": "words_of_guide_view",
    }
    list_display = ("name", "org", "language", "version", "created_at", "archived_at")
    list_filter = (OrgFilter, ArchivedFilter)
    list_select_related = ("org",)
    sortable_by = ("name", "org", "created_at")  # thousands of rows at most
    fields = (
        *("name", "org", "language", "other_languages", "version", "words"),
        *("created_at", "archived_at", "guide_to_read"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        code = Coalesce(KT("guide__language"), Value(ENGLISH), output_field=TextField())
        kinds: QuerySet[Any] = super().get_queryset(request).annotate(language_code=code)
        return kinds.defer("guide") if self.is_list(request) else kinds

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

    @admin.display(description="Guide")
    def guide_to_read(self, interview_type: InterviewType) -> str:
        shown = {"guide": interview_type.guide, "json": interview_type.guide_text}
        return render_to_string("staff/guides/guide_to_read.html", shown)

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_edit_guide"] = self.may_edit_guide(request)
        context["may_add"] = self.has_add_permission(request)
        context["qualities"] = displayed_quality(kwargs["obj"])
        context["engine_qualities"] = quality_by_engine(kwargs["obj"])
        context["ratings"] = list(Conversation.objects.ratings_by_version(kwargs["obj"]))
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """With links that open an older guide in the editor, and compare versions."""
        editor = self.url("guide", object_id) if self.may_edit_guide(request) else None
        links = {"editor": editor, "compare": self.url("compare", object_id)}
        return super().history_view(request, object_id, {**(extra_context or {}), **links})

    def archive_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, self.may_edit_guide), ARCHIVE)

    def unarchive_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, self.may_edit_guide), UNARCHIVE)

    def words_of_model_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.object_or_404(request, object_id, self.may_edit_guide)
        return self.confirm_and_run(request, found, WORDS_OF_A_MODEL)

    def words_of_guide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.object_or_404(request, object_id, self.may_edit_guide)
        return self.confirm_and_run(request, found, WORDS_OF_THE_GUIDE)


def displayed_quality(interview_type: InterviewType) -> list[ShownQuality]:
    titles = {topic["key"]: topic["title"] for topic in interview_type.guide["topics"]}
    return [
        ShownQuality(quality, titles.get(quality.last_topic, quality.last_topic or "before the first question"))
        for quality in quality_by_version(interview_type)
    ]
