import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from interviews.models import Conversation, InterviewType
from interviews.models.interview_type import guide_text
from interviews.paige.guide import GuideError
from interviews.paige.guide_formats import in_current_format
from interviews.services import edit_guide
from orgs.models import EventKind
from staff.base import ReadOnlyAdmin, actor_of
from staff.events import record_act
from staff.filters import OrgFilter
from staff.forms import GuideForm
from staff.history import HistoryPage, change_of


@admin.register(InterviewType)
class InterviewTypeAdmin(HistoryPage, ReadOnlyAdmin):
    """Guides are edited on a separate page. Each save is a new version."""

    change_form_template = "staff/interview_type.html"
    object_pages = {"guide": "guide_view"}
    list_display = ("name", "org", "version", "created_at")
    list_filter = (OrgFilter,)
    list_select_related = ("org",)
    fields = ("name", "org", "version", "created_at", "guide_to_read")

    @admin.display(description="Version")
    def version(self, kind: InterviewType) -> int:
        return int(kind.guide["version"])

    @admin.display(description="Guide")
    def guide_to_read(self, kind: InterviewType) -> str:
        return kind.guide_text

    def may_edit_guide(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("interviews.change_interviewtype")

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_edit_guide"] = self.may_edit_guide(request)
        context["ratings"] = list(Conversation.objects.ratings_by_version(kwargs["obj"]))
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """With links that open an older guide in the editor."""
        editor = self.url("guide", object_id) if self.may_edit_guide(request) else None
        return super().history_view(request, object_id, {**(extra_context or {}), "editor": editor})

    def guide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """`?change=ID` opens the guide from before that change."""
        kind = self.object_or_404(request, object_id, self.may_edit_guide)
        older = change_of(kind, request.GET.get("change", ""))
        guide = in_current_format(json.loads(older.before)) if older and older.before else kind.guide
        text = guide_text(guide)
        form = GuideForm(request.POST or None, initial={"guide": text, "version": kind.guide["version"]})
        if request.method == "POST" and form.is_valid():
            guide = {**form.cleaned_data["guide"], "version": form.cleaned_data["version"]}
            try:
                edited = edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=actor_of(request))
                record_act(request, EventKind.GUIDE_CHANGED, kind, f"Version: {edited.guide['version']}.")
                text = f"The guide is at version {edited.guide['version']}. Interviews that have begun keep theirs."
                return self.back_to(request, "change", edited, messages.SUCCESS, text)
            except GuideError as error:
                form.add_error("guide", error.lines)
            except ValidationError as error:
                form.add_error("guide", error.messages)
        return self.page(request, "guide", kind, title="Edit the guide", form=form)
