from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from hindsight.text.visible import visible
from orgs.models import EventKind
from staff.base import OrgRowsAdmin
from staff.confirmation import Action, ActionAdmin
from staff.lists.filters import OrgFilter
from staff.orgs.permissions import may
from webhooks.models import Delivery, Endpoint, Status
from webhooks.sending import ANSWERS_KEPT
from webhooks.services.replay import cancel_delivery, replay_delivery, send_now


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
    text="A worker sends it at once. It counts as an attempt, and if it fails, the next one waits as usual. If the "
    "endpoint is slow, its pause ends first.",
    button="Send it now",
    run=lambda delivery: send_now(delivery_id=delivery.pk),
    event=EventKind.WEBHOOK_SENT,
    done="Sent before its time.",
)
CANCEL = Action(
    title="Cancel",
    text="This delivery is not tried again. An attempt that is under way is not stopped.",
    button="Cancel it",
    run=cancel,
    event=EventKind.WEBHOOK_SENT,
    done="Cancelled.",
)


@admin.register(Delivery)
class DeliveryAdmin(OrgRowsAdmin, ActionAdmin):
    change_form_template = "staff/orgs/webhook_delivery.html"
    object_pages = {"replay": "replay_view", "send-now": "send_now_view", "cancel": "cancel_view"}
    list_display = (
        "id",
        "event_type",
        "status",
        "last_status",
        "made",
        "org",
        "endpoint",
        "last_attempt_at",
        "created_at",
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

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_replay"] = may_replay(request, kwargs["obj"])
        context["is_pending"] = kwargs["obj"].status == Status.PENDING
        return super().render_change_form(request, context, *args, **kwargs)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_replay), REPLAY)

    def send_now_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_replay), SEND_NOW)

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.confirm_and_run(request, self.object_or_404(request, object_id, may_replay), CANCEL)


def may_replay(request: HttpRequest, row: Endpoint | Delivery | None = None) -> bool:
    return may(request, "webhooks.change_delivery", row)
