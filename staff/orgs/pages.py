from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from interviews.models import Conversation, InterviewRequest
from interviews.services.create import onboard_org, open_test_room
from interviews.services.erasure import delete_org
from orgs.models import ApiKey, EventKind, Org, Scopes
from orgs.retention import audit_period
from orgs.services import create_api_key, reactivate_org, set_account_managers, set_logo, suspend_org, update_org
from orgs.use import use_by_day
from staff.base import OrgRowsAdmin
from staff.confirmation import Action, ConfirmingAdmin, RemovalAdmin
from staff.lists.filters import titled
from staff.orgs.api_keys import ApiKeyForm, may_issue_keys, may_revoke, may_rotate, show_key
from staff.orgs.forms import AccountManagersForm, EndpointForm, LogoForm, OrgForm, SuspensionForm
from staff.orgs.permissions import manage, may
from staff.orgs.webhooks import may_add_webhooks, show_secret
from staff.security_events import actor_of, record_act
from webhooks.models import Endpoint
from webhooks.services.endpoints import create_endpoint

RETENTION = ("transcript_days", "contact_days", "audit_days")
BRANDING = "contact_address", "privacy_url", "imprint_url", "brand_color", "survey_base_url"
NEWEST_KEYS = 20
NEWEST_ENDPOINTS = 10

REACTIVATE = Action(
    title="Reactivate",
    text="The API keys of this org that are neither revoked nor expired work again at once. Its interviews continue "
    "where they were.",
    button="Reactivate",
    run=lambda org: reactivate_org(org_id=org.pk),
    event=EventKind.ORG_REACTIVATED,
    done="Reactivated.",
)


@admin.register(Org)
class OrgAdmin(OrgRowsAdmin, ConfirmingAdmin, RemovalAdmin):
    form = OrgForm
    org_id_field = "pk"
    change_form_template = "staff/orgs/org.html"
    object_pages = {
        "account-managers": "account_managers_view",
        "issue-key": "issue_key_view",
        "logo": "logo_view",
        "suspend": "suspend_view",
        "reactivate": REACTIVATE,
    }
    slow_object_pages = {"add-webhook": "add_webhook_view"}
    list_display = ("name", "slug", "plan", "limit_in_force", "active", "live_keys")
    list_filter = ("plan", ("is_active", titled("active", admin.BooleanFieldListFilter)))
    sortable_by = ("name", "slug", "plan", "active")  # thousands of rows at most
    lookups = frozenset({"plan__exact", "is_active__exact"})
    search_fields = ("name",)  # shows the search box
    search_help_text = "Any part of a name or slug."
    readonly_fields = ("is_active", "slug", "limit_in_force", "audit_kept", "managers", "created_at")

    @admin.display(description="Requests per minute")
    def limit_in_force(self, org: Org) -> str:
        return f"{org.requests_per_minute:,}{' (own)' if org.own_rate_limit else ''}"

    @admin.display(description="Active", boolean=True, ordering="is_active")
    def active(self, org: Org) -> bool:
        return org.is_active

    @admin.display(description="Account managers")
    def managers(self, org: Org) -> str:
        names = org.account_managers.order_by("username").values_list("username", flat=True)
        return ", ".join(names) or "none"

    @admin.display(description="Changes are kept")
    def audit_kept(self, org: Org) -> str:
        return audit_period(org)

    @admin.display(description="Live keys")
    def live_keys(self, org: Org) -> int:
        return org.live_keys

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: Any = super().get_queryset(request)
        found = found.without_test_rooms() if self.is_list(request) else found.select_related("test_room")
        return cast(QuerySet[Any], found.with_live_keys().order_by("name"))

    def has_change_permission(self, request: HttpRequest, obj: Org | None = None) -> bool:
        return may(request, "orgs.change_org", obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Retention deletes and erases, which only superusers may do."""
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *RETENTION)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["name", "plan", "own_rate_limit"]})]
        guard = ["seen"] if self.has_change_permission(request, obj) else []
        return [
            (None, {"fields": ["name", "plan", "own_rate_limit", "key_days", "names_subjects", *guard]}),
            ("Branding of the survey page", {"fields": BRANDING}),
            ("Retention", {"fields": [*RETENTION, "audit_kept"]}),
            ("Training", {"fields": ["shares_corrections"]}),
            ("About", {"fields": ["slug", "is_active", "limit_in_force", "managers", "created_at"]}),
        ]

    def save_model(self, request: HttpRequest, obj: Org, form: Any, change: bool) -> None:
        if change:
            update_org(org_id=obj.pk, **form.edits)
            record_act(request, EventKind.ORG_CHANGED, obj, form.changes_without_names())
        else:
            created = onboard_org(**form.edits)
            obj.pk, obj.slug = created.pk, created.slug
            record_act(request, EventKind.ORG_CREATED, obj, form.changes_without_names())
            if not self.has_view_permission(request, obj):
                manage(request, obj)
                record_act(request, EventKind.ROLES_CHANGED, obj, f"Account managers: {self.managers(obj)}.")

    def construct_change_message(self, request: Any, form: Any, formsets: Any, add: bool = False) -> Any:
        return "Created." if add else form.changes_in_words()

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj: Org | None = kwargs.get("obj")
        if obj and may(request, "orgs.view_apikey", obj):
            context["keys"] = ApiKey.objects.filter(Q(org=obj.pk) | Q(org__test_room_of=obj.pk))[:NEWEST_KEYS]
            context["may_issue"] = may_issue_keys(request, obj)
            context["may_revoke"] = may_revoke(request, obj)
            context["may_rotate"] = may_rotate(request, obj)
        context["use"] = use_by_day(obj) if obj else None
        if obj and may(request, "webhooks.view_endpoint", obj):
            context["endpoints"] = Endpoint.objects.filter(org=obj.pk)[:NEWEST_ENDPOINTS]
            context["may_add_webhooks"] = may_add_webhooks(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def tools(self, request: HttpRequest, obj: Org) -> Iterator[tuple[str, str]]:
        may_change = self.has_change_permission(request, obj)
        if may_change:
            page = "suspend" if obj.is_active else "reactivate"
            yield self.url(page, obj.pk), page.capitalize()
        if may_assign(request):
            yield self.url("account-managers", obj.pk), "Account managers"
        if may_change:
            yield self.url("logo", obj.pk), "Logo"

    def account_managers_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        org = self.object_or_404(request, object_id, may_assign)
        sent = request.POST if request.method == "POST" else None  # also if nobody is chosen
        form = AccountManagersForm(sent, initial={"managers": org.account_managers.all()})
        if not form.is_valid():
            return self.page(request, "form", org, title="Account managers", form=form, button="Save")
        set_account_managers(org_id=org.pk, managers=form.cleaned_data["managers"])
        return self.done(request, org, EventKind.ROLES_CHANGED, f"Account managers: {self.managers(org)}.")

    def logo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        org = self.object_or_404(request, object_id, self.has_change_permission)
        form = LogoForm(request.POST, request.FILES) if request.method == "POST" else LogoForm()
        if not form.is_valid() or not form.store(partial(set_logo, org_id=org.pk)):
            return self.page(request, "form", org, title="Logo", form=form, button="Save")
        message = "Logo set." if form.cleaned_data["file"] else "Logo removed."
        return self.done(request, org, EventKind.ORG_CHANGED, message)

    def issue_key_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows the key once. The admin's responses are not cached."""
        org = self.object_or_404(request, object_id, may_issue_keys)
        form = ApiKeyForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self.page(request, "form", org, title="Issue an API key", form=form, button="Issue the key")
        days = form.cleaned_data["expires_in"]
        lifetime = timedelta(days=days) if days else None
        scopes = form.cleaned_data["scopes"] or Scopes.READ_WRITE
        room = open_test_room(org_id=org.pk) if form.cleaned_data["is_test"] else org
        api_key, secret = create_api_key(org=room, name=form.cleaned_data["name"], lifetime=lifetime, scopes=scopes)
        self.log_addition(request, api_key, f"Issued for {room}.")
        record_act(request, EventKind.KEY_ISSUED, api_key, f"Scopes: {scopes}.")
        return show_key(self, request, org, api_key, secret)

    def suspend_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        org = self.object_or_404(request, object_id, self.has_change_permission)
        form = SuspensionForm(request.POST or None)
        if not form.is_valid():
            stops = {
                "keys": ApiKey.objects.for_org(org.pk).live().count(),
                "interviews": Conversation.objects.for_org(org.pk).running().count(),
            }
            return self.page(request, "orgs/suspend", org, title="Suspend", form=form, button="Suspend", stops=stops)
        try:
            suspended = suspend_org(org_id=org.pk, **form.cleaned_data)
        except ValidationError as error:
            return self.failed(request, org, error)
        return self.done(request, org, EventKind.ORG_SUSPENDED, f"Suspended. Reason: {suspended.suspension_reason}")

    def add_webhook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows the secret once."""
        if not may_add_webhooks(request):
            raise PermissionDenied
        form = EndpointForm(request.POST or None)
        form.is_valid()
        with transaction.atomic():
            org = self.object_or_404(request, object_id, may_add_webhooks)
            endpoint = form.store(partial(create_endpoint, org_id=org.pk)) if form.is_bound else None
            if endpoint is None:
                return self.page(request, "form", org, title="Add a webhook endpoint", form=form, button="Add")
            self.log_addition(request, endpoint, f"Added for {org}.")
            record_act(request, EventKind.WEBHOOK_CREATED, endpoint, f"Events: {', '.join(endpoint.event_types)}.")
        return show_secret(request, endpoint)

    def confirmation_word(self, obj: Org) -> str:
        return obj.slug

    def deletion_counts(self, obj: Org) -> Mapping[str, int]:
        return {
            "API keys": obj.api_keys.count(),
            "webhook endpoints": obj.webhook_endpoints.count(),
            "contacts": obj.contacts.count(),
            "interview requests": InterviewRequest.objects.for_org(obj.pk).count(),
            "transcripts": obj.transcripts.count(),
        }

    def log_label(self, obj: Org) -> str:
        return f"{obj} ({obj.slug})"

    def remove(self, request: HttpRequest, obj: Org) -> None:
        delete_org(org_id=obj.pk, actor=actor_of(request))


def may_assign(request: HttpRequest, org: Org | None = None) -> bool:
    """Only superusers, because it lets others see interviews and issue keys."""
    return request.user.is_superuser
