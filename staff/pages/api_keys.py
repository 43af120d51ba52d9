from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from orgs.models import ApiKey, EventKind
from orgs.services import revoke_api_key
from staff.base import ReadOnlyAdmin
from staff.events import record_act
from staff.filters import OrgFilter


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys are issued on the page of their org."""

    change_form_template = "staff/api_key.html"
    object_pages = {"revoke": "revoke_view"}
    list_display = ("prefix", "name", "org", "state", "scopes", "last_used_at", "expires_at", "created_at")
    list_filter = (OrgFilter,)
    list_select_related = ("org",)
    search_fields = ("prefix__startswith", "name__istartswith")
    search_help_text = "The beginning of a key's prefix (not the key itself) or name."
    fields = ("prefix", "name", "org", "scopes", "state", "last_used_at", "created_at", "expires_at", "revoked_at")

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_revoke"] = kwargs["obj"].revoked_at is None and may_revoke(request, kwargs["obj"])
        return super().render_change_form(request, context, *args, **kwargs)

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        api_key = self.object_or_404(request, object_id, may_revoke)
        if request.method != "POST":
            return self.page(request, "revoke_key", api_key, title=f"Revoke {api_key}")
        revoke_api_key(api_key)
        self.log_change(request, api_key, "Revoked.")
        record_act(request, EventKind.KEY_REVOKED, api_key)
        return self.back_to(request, "change", api_key, messages.SUCCESS, "The key was revoked. It no longer works.")


def may_revoke(request: HttpRequest, api_key: ApiKey | None) -> bool:
    return request.user.has_perm("orgs.change_apikey")
