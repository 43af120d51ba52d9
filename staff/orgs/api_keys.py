from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hindsight.environment import MAX_DAYS
from orgs.models import ApiKey, EventKind, Org, Scopes
from orgs.services import DEFAULT_GRACE, MAX_GRACE, revoke_api_key, rotate_api_key
from staff.base import OrgRowsAdmin, StaffAdmin, at
from staff.confirmation import ActionAdmin
from staff.lists.filters import OrgFilter
from staff.orgs.org_choice import OrgChoice
from staff.orgs.permissions import may
from staff.security_events import record_act


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label="Name",
        help_text="What the key is for: the system or person that will use it.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )
    expires_in = forms.IntegerField(
        min_value=1,
        max_value=MAX_DAYS,
        required=False,
        label="Expires in",
        help_text="Days. Empty: as long as the org allows, which is also the maximum.",
        widget=forms.NumberInput(attrs={"class": "vIntegerField"}),
    )
    scopes = forms.ChoiceField(choices=Scopes.choices, required=False, initial=Scopes.READ_WRITE)
    is_test = forms.BooleanField(
        required=False,
        label="Test key",
        help_text="To try the API: a script answers the interviews, and no list or figure of the org contains them.",
    )


class KeyRotationForm(forms.Form):
    grace_days = forms.IntegerField(
        min_value=0,
        max_value=MAX_GRACE.days,
        initial=DEFAULT_GRACE.days,
        label="The old key works for",
        help_text="Days. Until then, both keys work, and the customer can change the key at any time. 0 after a leak.",
        widget=forms.NumberInput(attrs={"class": "vIntegerField", "autofocus": True}),
    )


class AddedOnOrgPage(StaffAdmin):
    """Rows that are added on a page of their org. *Add* asks for the org, and leads to that page."""

    page_of_org: str

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        choice = OrgChoice.of(request)
        if (org := choice.chosen) is not None:
            return HttpResponseRedirect(reverse(f"admin:orgs_org_{self.page_of_org}", args=[org.pk]))
        return self.page(request, "lists/org_choice", None, title=f"New {self.opts.verbose_name}", form=choice)


@admin.register(ApiKey)
class ApiKeyAdmin(OrgRowsAdmin, AddedOnOrgPage, ActionAdmin):
    page_of_org = "issue-key"
    object_pages = {"revoke": "revoke_view", "rotate": "rotate_view"}
    list_display = ("prefix", "name", "org", "state", "scopes", "last_used_at", "expires_at", "created_at")
    list_filter = (OrgFilter,)
    list_select_related = ("org",)
    # Thousands of rows at most.
    sortable_by = ("prefix", "name", "org", "last_used_at", "expires_at", "created_at")
    fields = ("prefix", "name", "org", "scopes", "state", "last_used_at", "created_at", "expires_at", "revoked_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_issue_keys(request, None)

    def tools(self, request: HttpRequest, obj: ApiKey) -> Iterator[tuple[str, str]]:
        if obj.state == "live" and may_rotate(request, obj):
            yield self.url("rotate", obj.pk), "Rotate"
        if obj.revoked_at is None and may_revoke(request, obj):
            yield self.url("revoke", obj.pk), "Revoke"

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        api_key = self.object_or_404(request, object_id, may_revoke)
        if request.method != "POST":
            used = f"last used on {at(api_key.last_used_at)}" if api_key.last_used_at else "never used"
            text = f"The next request with {api_key} of {api_key.org} is refused. It was {used}. This cannot be undone."
            shown = {"title": "Revoke", "text": text, "button": "Revoke the key", "is_danger": True}
            return self.page(request, "confirm", api_key, **shown)
        revoke_api_key(api_key)
        self.log_change(request, api_key, "Revoked.")
        record_act(request, EventKind.KEY_REVOKED, api_key)
        return self.back_to(request, "change", api_key, messages.SUCCESS, "The key was revoked. It no longer works.")

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows the new key once."""
        old = self.object_or_404(request, object_id, may_rotate)
        form = KeyRotationForm(request.POST or None)
        if not form.is_valid():
            return self.page(request, "orgs/rotate_key", old, title="Rotate", form=form, button="Rotate the key")
        days = form.cleaned_data["grace_days"]
        try:
            new, secret = rotate_api_key(old, grace=timedelta(days=days))
        except ValidationError as error:
            return self.failed(request, old, error)
        old.refresh_from_db(fields=["expires_at"])
        self.log_change(request, old, f"Rotated. New key: {new.prefix}.")
        record_act(request, EventKind.KEY_ROTATED, old, f"New key: {new.prefix}. Grace: {days} days.")
        return show_key(self, request, old, new, secret)


def show_key(site: StaffAdmin, request: HttpRequest, obj: Org | ApiKey, key: ApiKey, secret: str) -> HttpResponse:
    """`obj`: the org, or the key that the new one replaces."""
    about = [f"{key.name} of {key.org}{f', until {at(key.expires_at)}' if key.expires_at else ''}"]
    if isinstance(obj, ApiKey):
        ends = f"works until {at(obj.expires_at)}" if obj.state == "live" and obj.expires_at else "no longer works"
        about.append(f"The old key {obj.prefix}… {ends}.")
    return site.page(request, "shown_once", obj, title="API key", what="key", secret=secret, about=about)


def may_issue_keys(request: HttpRequest, row: Org | ApiKey | None) -> bool:
    return may(request, "orgs.add_apikey", row)


def may_revoke(request: HttpRequest, row: Org | ApiKey | None) -> bool:
    return may(request, "orgs.change_apikey", row)


def may_rotate(request: HttpRequest, row: Org | ApiKey | None) -> bool:
    return may_issue_keys(request, row) and may_revoke(request, row)
