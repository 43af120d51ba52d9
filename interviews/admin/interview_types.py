import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from interviews.admin.base import StaffAdmin
from interviews.admin.filters import OrgFilter
from interviews.models import InterviewType


@admin.register(InterviewType)
class InterviewTypeAdmin(StaffAdmin):
    """To be read: a guide is changed with those who wrote it."""

    list_display = ("name", "org", "created_at")
    list_filter = (OrgFilter,)
    list_select_related = ("org",)
    fields = ("name", "org", "created_at", "guide_to_read")

    @admin.display(description="Guide")
    def guide_to_read(self, kind: InterviewType) -> str:
        return json.dumps(kind.guide, ensure_ascii=False, indent=2)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
