from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from hindsight.text.visible import visible
from orgs.models import EventKind, Org
from staff.base import OrgRowsAdmin, at
from staff.confirmation import Action, ActionAdmin
from staff.lists.date_ranges import midnight
from staff.lists.filters import ChoiceFilter, OrgFilter, titled
from staff.orgs.api_keys import AddedOnOrgPage
from staff.orgs.forms import EndpointForm, ReplayForm, RotationForm
from staff.orgs.permissions import may
from staff.security_events import record_act
from webhooks.models import Delivery, Endpoint, Status
from webhooks.sending import ANSWERS_KEPT
from webhooks.services.deliveries import cancel_delivery, replay_deliveries, replay_delivery, send_now
from webhooks.services.endpoints import (
    disable_endpoint,
    enable_endpoint,
    rotate_secret,
    update_endpoint,
)
from webhooks.services.events import send_test_event

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
    done="Test event queued.",
)


class FailingFilter(ChoiceFilter):
    title = "failing"
    parameter_name = "failing"
    options = (("yes", "yes"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=Endpoint.objects.failing().values("pk")) if self.value() == "yes" else queryset


@admin.register(Endpoint)
class EndpointAdmin(OrgRowsAdmin, AddedOnOrgPage, ActionAdmin):
    page_of_org = "add-webhook"
    change_form_template = "staff/orgs/webhook_endpoint.html"
    object_pages = {
        "rotate": "rotate_view",
        "disable": DISABLE,
        "enable": ENABLE,
        "test": TEST,
        "replay": "replay_view",
    }
    slow_object_pages = {"edit": "edit_view"}
    list_display = ("url", "org", "condition", "failing_since", "created_at")
    list_filter = (OrgFilter, ("state", titled("status", admin.ChoicesFieldListFilter)), FailingFilter)
    sortable_by = ("url", "org", "created_at")  # thousands of rows at most
    lookups = frozenset({"state__exact", "state__in"})
    fields = (
        *("url", "org", "events", "condition", "failing_since", "slow_since", "paused_until"),
        *("previous_secret_until", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("org")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_add_webhooks(request)

    @admin.display(description="Status")
    def condition(self, endpoint: Endpoint) -> str:
        return endpoint.condition

    @admin.display(description="Events")
    def events(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.event_types)

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        endpoint = kwargs["obj"]
        if may(request, "webhooks.view_delivery", endpoint):
            context["deliveries"] = endpoint.deliveries.select_related("event").without_answers()[:NEWEST_DELIVERIES]
        return super().render_change_form(request, context, *args, **kwargs)

    def tools(self, request: HttpRequest, obj: Endpoint) -> Iterator[tuple[str, str]]:
        if may_change(request, obj):
            yield self.url("edit", obj.pk), "Edit"
            yield self.url("rotate", obj.pk), "Rotate the secret"
            acts = {"test": TEST, "disable": DISABLE} if obj.is_active else {"enable": ENABLE}
            yield from ((self.url(page, obj.pk), act.title) for page, act in acts.items())
        if obj.is_active and may_replay(request, obj):
            yield self.url("replay", obj.pk), "Replay"

    def heading(self, obj: Endpoint) -> str:
        return f"{obj.url} · {obj.org}"

    def may_act(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        return may_change(request, obj)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not may_change(request):
            raise PermissionDenied
        form = EndpointForm(request.POST or None)
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
        return show_secret(request, rotated)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        endpoint = self.object_or_404(request, object_id, may_replay)
        form = ReplayForm(request.POST or None)
        if not form.is_valid():
            return self.page(request, "form", endpoint, title="Replay deliveries", form=form, button="Replay")
        try:
            count = replay_deliveries(endpoint=endpoint, since=midnight(form.cleaned_data["since"]))
        except ValidationError as error:
            return self.failed(request, endpoint, error)
        return self.done(request, endpoint, EventKind.WEBHOOK_SENT, f"Replayed: {count:,}.")


def may_add_webhooks(request: HttpRequest, org: Org | None = None) -> bool:
    return may(request, "webhooks.add_endpoint", org)


def show_secret(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    """Also for the page of the org that adds the endpoint."""
    earlier = endpoint.previous_secret_until
    about = [f"It signs the webhooks for {endpoint.url}."]
    about += [f"Until {at(earlier)} UTC, the earlier secret signs them too."] if earlier else []
    shown = {"title": "Webhook secret", "what": "secret", "secret": endpoint.secret, "about": about}
    return cast(EndpointAdmin, admin.site.get_model_admin(Endpoint)).page(request, "shown_once", endpoint, **shown)


def may_change(request: HttpRequest, endpoint: Endpoint | None = None) -> bool:
    return may(request, "webhooks.change_endpoint", endpoint)


def cancel(delivery: Delivery) -> None:
    if not cancel_delivery(delivery_id=delivery.pk):
        raise ValidationError("This delivery is no longer pending.")


REPLAY = Action(
    title="Replay",
    text="The endpoint gets this message again, with the same id. A receiver that knows the id may ignore it.",
    button="Replay",
    run=lambda delivery: replay_delivery(delivery_id=delivery.pk),
    event=EventKind.WEBHOOK_SENT,
    done="Replayed.",
)
SEND_NOW = Action(
    title="Send now",
    text="It is sent at once. It counts as an attempt, and if it fails, the next one waits as usual. If the "
    "endpoint is slow, its pause ends first.",
    button="Send it now",
    run=lambda delivery: send_now(delivery_id=delivery.pk),
    event=EventKind.WEBHOOK_SENT,
    done="Due now: a worker sends it.",
)
CANCEL = Action(
    title="Cancel the delivery",
    text="This delivery is not tried again. An attempt that is under way is not stopped.",
    button="Cancel the delivery",
    run=cancel,
    event=EventKind.WEBHOOK_SENT,
    done="Cancelled.",
)


@admin.register(Delivery)
class DeliveryAdmin(OrgRowsAdmin, ActionAdmin):
    object_pages = {"replay": REPLAY, "send-now": SEND_NOW, "cancel": CANCEL}
    list_display = (
        *("id", "event_type", "status", "last_status", "made"),
        *("org", "endpoint", "last_attempt_at", "created_at"),
    )
    list_filter = (OrgFilter, "status")
    lookups = frozenset({"status__exact", "endpoint"})
    fields = (
        *("event", "endpoint", "org", "status", "made", "next_attempt", "last_attempt_at"),
        *("last_outcome", "last_status", "answer", "body", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).select_related("event", "endpoint", "org")
        return found.defer("answer_headers", "answer_body") if self.is_list(request) else found

    @admin.display(description="Attempts")
    def made(self, delivery: Delivery) -> str:
        earlier = delivery.earlier_attempts
        return f"{delivery.all_attempts}" + (f", {earlier} of them before the last replay" if earlier else "")

    @admin.display(description="Answer")
    def answer(self, delivery: Delivery) -> str:
        """Each character that is not seen is shown as its code point."""
        if not delivery.answer_headers:
            return f"-. It is kept for {ANSWERS_KEPT.days} days."
        headers, body = visible(delivery.answer_headers), visible(delivery.answer_body)
        return format_html('<div class="answer"><pre>{}</pre><pre>{}</pre></div>', headers, body or "(no body)")

    @admin.display(description="Event")
    def event_type(self, delivery: Delivery) -> str:
        resource, _, what = delivery.event.type.rpartition(".")
        return format_html("{}.<wbr>{}", resource, what)

    @admin.display(description="Next attempt")
    def next_attempt(self, delivery: Delivery) -> str:
        return display_for_value(delivery.due_at if delivery.status == Status.PENDING else None, "-")

    @admin.display(description="Body")
    def body(self, delivery: Delivery) -> str:
        return delivery.event.body

    def tools(self, request: HttpRequest, obj: Delivery) -> Iterator[tuple[str, str]]:
        if may_replay(request, obj):
            acts = {"send-now": SEND_NOW, "cancel": CANCEL} if obj.status == Status.PENDING else {"replay": REPLAY}
            yield from ((self.url(page, obj.pk), act.title) for page, act in acts.items())

    def may_act(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return may_replay(request, obj)


def may_replay(request: HttpRequest, row: Endpoint | Delivery | None = None) -> bool:
    return may(request, "webhooks.change_delivery", row)
