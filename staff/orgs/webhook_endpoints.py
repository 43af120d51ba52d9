from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from orgs.models import EventKind, Org
from staff.actions import Action, ActionAdmin
from staff.home.filters import FailingFilter
from staff.lists.date_ranges import midnight
from staff.lists.filters import OrgFilter
from staff.orgs.forms import EndpointForm, ReplayForm, RotationForm
from staff.orgs.org_rows import OrgRowsAdmin
from staff.orgs.permissions import may
from staff.security_events import record_act
from webhooks.models import Delivery, Endpoint, Status
from webhooks.services.endpoints import (
    create_endpoint,
    disable_endpoint,
    enable_endpoint,
    rotate_secret,
    update_endpoint,
)
from webhooks.services.events import send_test_event
from webhooks.services.replay import cancel_delivery, replay_deliveries, replay_delivery

NEWEST_DELIVERIES = 20


def cancel(delivery: Delivery) -> None:
    if not cancel_delivery(delivery_id=delivery.pk):
        raise ValidationError("This delivery is no longer pending.")


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
REPLAY = Action(
    title="Replay",
    text="The endpoint gets this message again, with the same id. A receiver that knows the id may ignore it.",
    button="Replay",
    run=lambda delivery: replay_delivery(delivery_id=delivery.pk),
    event=EventKind.WEBHOOK_SENT,
    done="Replayed.",
)
CANCEL = Action(
    title="Cancel",
    text="This delivery is not tried again. An attempt that is under way is not stopped.",
    button="Cancel it",
    run=cancel,
    event=EventKind.WEBHOOK_SENT,
    done="Cancelled.",
)


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
            context["deliveries"] = endpoint.deliveries.select_related("event")[:NEWEST_DELIVERIES]
        return super().render_change_form(request, context, *args, **kwargs)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not may_change(request):
            raise PermissionDenied
        form = EndpointForm(request.POST or None)
        form.is_valid()
        with transaction.atomic():
            endpoint = self.object_or_404(request, object_id, may_change)
            if not form.is_bound:
                form.initial = {"url": endpoint.url, "event_types": endpoint.event_types}
            if not form.is_bound or not updated(endpoint, form):
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


@admin.register(Delivery)
class DeliveryAdmin(OrgRowsAdmin, ActionAdmin):
    change_form_template = "staff/orgs/webhook_delivery.html"
    object_pages = {"replay": "replay_view", "cancel": "cancel_view"}
    list_display = (
        "id",
        "event_type",
        "status",
        "last_status",
        "attempts",
        "org",
        "endpoint",
        "last_attempt_at",
        "created_at",
    )
    list_filter = (OrgFilter, "status")
    lookups = frozenset({"status__exact", "endpoint"})
    fields = (
        *("event", "endpoint", "org", "status", "attempts", "next_attempt", "last_attempt_at"),
        *("last_outcome", "last_status", "body", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("event", "endpoint", "org")

    @admin.display(description="Event")
    def event_type(self, delivery: Delivery) -> str:
        resource, _, what = delivery.event.type.rpartition(".")
        return format_html("{}.<wbr>{}", resource, what)  # a possible line break

    @admin.display(description="Next attempt")
    def next_attempt(self, delivery: Delivery) -> str:
        return display_for_value(delivery.due_at if delivery.status == Status.PENDING else None, "-")

    @admin.display(description="Body")
    def body(self, delivery: Delivery) -> str:
        return delivery.event.body

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_replay"] = may_replay(request, kwargs["obj"])
        context["is_pending"] = kwargs["obj"].status == Status.PENDING
        return super().render_change_form(request, context, *args, **kwargs)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_replay), REPLAY)

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_replay), CANCEL)


def added_endpoint(org: Org, form: EndpointForm) -> Endpoint | None:
    """None if the form or the service finds errors."""
    if form.errors:
        return None
    try:
        return create_endpoint(org_id=org.pk, **form.cleaned_data)
    except ValidationError as error:
        add_errors(form, error)
        return None


def updated(endpoint: Endpoint, form: EndpointForm) -> bool:
    """False if the form or the service finds errors."""
    if form.errors:
        return False
    try:
        update_endpoint(endpoint_id=endpoint.pk, **form.cleaned_data)
    except ValidationError as error:
        add_errors(form, error)
    return not form.errors


def add_errors(form: Form, error: ValidationError) -> None:
    form.add_error(None, error.messages)


def may_change(request: HttpRequest, endpoint: Endpoint | None = None) -> bool:
    return may(request, "webhooks.change_endpoint", endpoint)


def may_replay(request: HttpRequest, row: Endpoint | Delivery | None = None) -> bool:
    return may(request, "webhooks.change_delivery", row)
