from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from interviews.models import Conversation, InterviewType
from staff.base import ReadOnlyAdmin
from staff.filters import OrgFilter
from staff.history import HistoryPage
from staff.pages.guides import GuidePages


@admin.register(InterviewType)
class InterviewTypeAdmin(GuidePages, HistoryPage, ReadOnlyAdmin):
    change_form_template = "staff/interview_type.html"
    list_display = ("name", "org", "version", "created_at")
    list_filter = (OrgFilter,)
    list_select_related = ("org",)
    sortable_by = ("name", "org", "created_at")  # thousands of rows at most
    fields = ("name", "org", "version", "created_at", "guide_to_read")

    @admin.display(description="Version")
    def version(self, kind: InterviewType) -> int:
        return int(kind.guide["version"])

    @admin.display(description="Guide")
    def guide_to_read(self, kind: InterviewType) -> str:
        return kind.guide_text

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_edit_guide"] = self.may_edit_guide(request)
        context["ratings"] = list(Conversation.objects.ratings_by_version(kwargs["obj"]))
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """With links that open an older guide in the editor."""
        editor = self.url("guide", object_id) if self.may_edit_guide(request) else None
        return super().history_view(request, object_id, {**(extra_context or {}), "editor": editor})
