from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from orgs.models import EventKind
from staff.base import OrgRowsAdmin
from staff.confirmation import Action, ActionAdmin
from staff.lists.date_ranges import midnight
from staff.lists.filters import OrgFilter
from staff.orgs.permissions import may
from staff.orgs.webhook_deliveries import may_replay
from staff.orgs.webhook_forms import EndpointForm, ReplayForm, RotationForm
from staff.security_events import record_act
from webhooks.models import Endpoint
from webhooks.services.endpoints import (
    disable_endpoint,
    enable_endpoint,
    rotate_secret,
    update_endpoint,
)
from webhooks.services.events import send_test_event
from webhooks.services.replay import replay_deliveries

NEWEST_DELIVERIES = 20


DISABLE = Action(
    title="Disable",
    text="The pending deliveries of this endpoint are cancelled, and it gets no new ones. You can enable it again.",
    button="Disable",
    run=lambda endpoint: disable_endpoint(endpoint_id=endpoint.pk),
    event=EventKind.WEBHOOK_CHANGED,
    done="Disabled.",
)
ENABLE = Action(
    title="Enable",
    text="New events are sent to this endpoint again. What it has missed is sent only if you replay it.",
    button="Enable",
    run=lambda endpoint: enable_endpoint(endpoint_id=endpoint.pk),
    event=EventKind.WEBHOOK_CHANGED,
    done="Enabled.",
)
TEST = Action(
    title="Send a test event",
    text="A signed event of the type webhook.test is sent to this endpoint. Its delivery shows the answer.",
    button="Send",
    run=send_test_event,
    event=EventKind.WEBHOOK_SENT,
    done="Test event.",
)


class FailingFilter(admin.SimpleListFilter):
    title = "failing"
    parameter_name = "failing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("yes", "yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=Endpoint.objects.failing().values("pk")) if self.value() == "yes" else queryset


@admin.register(Endpoint)
class EndpointAdmin(OrgRowsAdmin, ActionAdmin):
    """Endpoints are added on the page of their org."""

    change_form_template = "staff/orgs/webhook_endpoint.html"
    object_pages = {
        "rotate": "rotate_view",
        "disable": "disable_view",
        "enable": "enable_view",
        "test": "test_view",
        "replay": "replay_view",
    }
    slow_object_pages = {"edit": "edit_view"}
    list_display = ("url", "org", "condition", "failing_since", "created_at")
    list_filter = (OrgFilter, "state", FailingFilter)
    sortable_by = ("url", "org", "created_at")  # thousands of rows at most
    lookups = frozenset({"state__exact", "state__in"})
    fields = (
        *("url", "org", "events", "condition", "failing_since", "slow_since", "paused_until"),
        *("previous_secret_until", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("org")

    @admin.display(description="State")
    def condition(self, endpoint: Endpoint) -> str:
        return endpoint.condition

    @admin.display(description="Events")
    def events(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.event_types)

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        endpoint = kwargs["obj"]
        context["may_change"] = may_change(request, endpoint)
        context["may_replay"] = may_replay(request, endpoint)
        if may(request, "webhooks.view_delivery", endpoint):
            context["deliveries"] = endpoint.deliveries.select_related("event").without_answers()[:NEWEST_DELIVERIES]
        return super().render_change_form(request, context, *args, **kwargs)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not may_change(request):
            raise PermissionDenied
        form = EndpointForm(request)
        form.is_valid()
        with transaction.atomic():
            endpoint = self.object_or_404(request, object_id, may_change)
            if not form.is_bound:
                form.initial = {"url": endpoint.url, "event_types": endpoint.event_types}
            if not form.is_bound or not form.store(partial(update_endpoint, endpoint_id=endpoint.pk)):
                return self.page(request, "form", endpoint, title="Edit", form=form, button="Save")
            return self.done(request, endpoint, EventKind.WEBHOOK_CHANGED, "URL or events edited.")

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows the new secret once."""
        endpoint = self.object_or_404(request, object_id, may_change)
        form = RotationForm(request.POST or None)
        if not form.is_valid():
            return self.page(request, "form", endpoint, title="Rotate the secret", form=form, button="Rotate")
        days = form.cleaned_data["grace_days"]
        rotated = rotate_secret(endpoint_id=endpoint.pk, grace=timedelta(days=days))
        self.log_change(request, endpoint, "Secret rotated.")
        record_act(request, EventKind.WEBHOOK_ROTATED, endpoint, f"Grace: {days} days.")
        return self.page(request, "orgs/webhook_secret", endpoint, title="Webhook secret", endpoint=rotated)

    def disable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_change), DISABLE)

    def enable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_change), ENABLE)

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_change), TEST)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.object_or_404(request, object_id, may_replay)
        form = ReplayForm(request.POST or None)
        if not form.is_valid():
            return self.page(request, "form", endpoint, title="Replay deliveries", form=form, button="Replay")
        since = midnight(form.cleaned_data["since"])
        try:
            count = replay_deliveries(endpoint=endpoint, since=since)
        except ValidationError as error:
            return self.failed(request, endpoint, error)
        return self.done(request, endpoint, EventKind.WEBHOOK_SENT, f"Replayed: {count:,}.")


def may_change(request: HttpRequest, endpoint: Endpoint | None = None) -> bool:
    return may(request, "webhooks.change_endpoint", endpoint)
