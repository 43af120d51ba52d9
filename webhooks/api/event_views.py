"""What happened, what of it was sent to a webhook endpoint, and sending it again."""

import json
from typing import Annotated, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import path
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request

from hindsight.api.errors import Conflict
from hindsight.api.json_bodies import ChoiceField, Response, StrictSerializer, TimeField, body_of
from hindsight.api.operations import operation
from hindsight.api.pagination import Cursors, Listing, PageQuery, page_of_rows
from hindsight.api.views import ApiView
from hindsight.db.statements import TimeText, select_list
from hindsight.text.timestamps import utc_text_of
from orgs.authentication import KEY_IS_VALID, page_response, principal_of
from orgs.models import EventKind
from webhooks.api.views import DISABLED, ID, EndpointView, get_endpoint, record
from webhooks.models import Delivery, Event, Outcome, Status
from webhooks.models.event import EVENT_TYPES, TEST_EVENT
from webhooks.services.deliveries import MAX_REPLAYED, replay_deliveries

TYPES = [*EVENT_TYPES, TEST_EVENT]


class EventQuery(PageQuery):
    type = ChoiceField(choices=TYPES, required=False, help_text="Only events of this type.")
    created_after = TimeField(
        required=False, help_text="Only those with a later created_at, oldest first. Send that of the last row."
    )


class EventData(serializers.Serializer[Any]):
    interview_request_id = serializers.IntegerField(required=False)
    deal_id = serializers.CharField(required=False, allow_null=True)
    status = serializers.CharField(required=False)
    progress = serializers.CharField(required=False)


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The header `webhook-id` of the event.")
    type = serializers.ChoiceField(choices=TYPES)
    timestamp = serializers.DateTimeField(help_text="As it is sent.")
    test = serializers.BooleanField(required=False, help_text="Present only in events of the test room.")
    data = EventData(help_text="As it is sent. Empty in a `webhook.test`.")  # type: ignore[assignment]
    created_at = serializers.DateTimeField(help_text="Orders the list.")


EventPage = page_of_rows("EventPage", EventSerializer)


class DeliveryQuery(PageQuery):
    status = ChoiceField(choices=Status.choices, required=False, help_text="Only deliveries with this status.")


class DeliverySerializer(serializers.Serializer[Any]):
    webhook_id = serializers.CharField(
        source="event.message_id", help_text="The header `webhook-id`, and the `id` of the event."
    )
    type = serializers.ChoiceField(source="event.type", choices=TYPES)
    interview_request_id = serializers.IntegerField(source="event.interview_request_id", allow_null=True)
    status = serializers.ChoiceField(choices=Status.choices)
    attempts = serializers.IntegerField(source="all_attempts")
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    last_outcome = serializers.CharField(
        allow_null=True, help_text=f"{', '.join(f'`{outcome}`' for outcome in Outcome)}, or null."
    )
    last_status_code = serializers.IntegerField(
        source="last_status", allow_null=True, help_text="The HTTP status of your last answer."
    )
    next_attempt_at = serializers.DateTimeField(allow_null=True, help_text="null unless the delivery is pending.")
    created_at = serializers.DateTimeField()


DeliveryPage = page_of_rows("DeliveryPage", DeliverySerializer)


class ReplayDeliveries(StrictSerializer):
    since = TimeField(help_text="Deliveries that were created at this time or later.")


class ReplayedDeliveries(serializers.Serializer[Any]):
    replayed = serializers.IntegerField(help_text=f"How many, at most {MAX_REPLAYED:,}, the oldest ones first.")


class EventRow(NamedTuple):
    pk: Annotated[int, "event.id"]
    message_id: str
    text: Annotated[str, "event.body"]
    created_at: TimeText

    def body(self) -> dict[str, Any]:
        return {"id": self.message_id, **json.loads(self.text), "created_at": utc_text_of(self.created_at)}


EVENTS = Listing(
    model=Event,
    alias="event",
    row=EventRow._make,
    select=f"""
SELECT {select_list(EventRow, "event")}
FROM webhooks_event AS event
WHERE event.org_id = %(org_id)s AND {KEY_IS_VALID}""",  # noqa: S608
    conditions={"type": "event.type = %(type)s"},
    times={"created_after": "created_at"},
    newest="created_at",
)

EVENTS_DESCRIPTION = """Returns the events of the last 30 days, newest first, also those that were sent to no endpoint:
to catch up after your receiver was unavailable. Events are stored while your organization has a webhook endpoint, even
a disabled one.

With `created_after`, the list is oldest first: send the `created_at` of the last row, and no event is missed."""

REPLAY_DESCRIPTION = """Sends again what this endpoint has lost since a time: its failed and cancelled deliveries, with
the same `webhook-id`. Delivered and pending ones are left out. If the endpoint is disabled, the response is 409."""

LIST_EVENTS, LIST_DELIVERIES, REPLAY = EventQuery(), DeliveryQuery(), ReplayDeliveries()

MESSAGE_ID, REQUEST_ID = "msg_2f1c6e0b9d3a4c5e8f7a6b5c4d3e2f10", 4821
EVENT_EXAMPLE = {
    "id": MESSAGE_ID,
    "type": "interview.completed",
    "timestamp": "2026-11-27T12:00:00.000Z",
    "data": {"interview_request_id": REQUEST_ID, "deal_id": "deal_xyz789", "status": "completed"},
    "created_at": "2026-11-27T12:00:00.002841Z",
}
DELIVERY_EXAMPLE = {
    "webhook_id": MESSAGE_ID,
    "type": "interview.completed",
    "interview_request_id": REQUEST_ID,
    "status": "failed",
    "attempts": 10,
    "last_attempt_at": "2026-11-30T15:35:05.112040Z",
    "last_outcome": "refused",
    "last_status_code": 503,
    "next_attempt_at": None,
    "created_at": "2026-11-27T12:00:00.003112Z",
}


class EventsView(ApiView):
    verifying_methods = ("GET", "HEAD")

    @operation(
        operation_id="list_events",
        summary="List events",
        description=EVENTS_DESCRIPTION,
        parameters=[EventQuery],
        responses={200: OpenApiResponse(EventPage, description="A page")},
        response_example={"data": [EVENT_EXAMPLE], "next_cursor": None},
    )
    def get(self, request: Request) -> Response:
        return page_response(EVENTS, LIST_EVENTS.run_validation(request.query_params), request)


class DeliveriesView(EndpointView):
    @operation(
        operation_id="list_webhook_deliveries",
        summary="List the deliveries of a webhook endpoint",
        description="Returns what was sent to the endpoint, or is to be sent, newest first, with the last attempt.",
        parameters=[ID, DeliveryQuery],
        responses={200: OpenApiResponse(DeliveryPage, description="A page, newest first")},
        response_example={"data": [DELIVERY_EXAMPLE], "next_cursor": None},
    )
    def get(self, request: Request, id: str) -> Response:
        query, endpoint = LIST_DELIVERIES.run_validation(request.query_params), get_endpoint(request, id)
        cursors = Cursors(f"{Delivery.__name__} {endpoint.pk}", query, endpoint.org_id)
        found = endpoint.deliveries.without_answers().select_related("event").filter(**cursors.filters)
        if cursors.last:
            found = found.filter(pk__lt=cursors.last[1])
        rows, next_cursor = cursors.page([*found[: query["limit"] + 1]], lambda row: row.pk)
        return Response({"next_cursor": next_cursor, "data": [body_of(DeliverySerializer, row) for row in rows]})


class ReplayView(EndpointView):
    @operation(
        operation_id="replay_webhook_deliveries",
        summary="Send lost events again",
        description=REPLAY_DESCRIPTION,
        parameters=[ID],
        request=ReplayDeliveries,
        request_example={"since": "2026-11-27T00:00:00Z"},
        responses={202: OpenApiResponse(ReplayedDeliveries, description="They are on their way")},
        response_example={"replayed": 12},
        errors=[Conflict],
    )
    def post(self, request: Request, id: str) -> Response:
        since = REPLAY.run_validation(request.data)["since"]
        with transaction.atomic():
            endpoint = get_endpoint(request, id)
            try:
                replayed = replay_deliveries(endpoint=endpoint, since=since)
            except ValidationError:
                raise Conflict(DISABLED) from None
            record(EventKind.WEBHOOK_SENT, principal_of(request), endpoint, f"Replayed: {replayed}.")
        return Response({"replayed": replayed}, status=202)


urlpatterns = [
    path("api/v1/events", EventsView.as_view(), name="events"),
    path("api/v1/webhook-endpoints/<str:id>/deliveries", DeliveriesView.as_view(), name="webhook-deliveries"),
    path("api/v1/webhook-endpoints/<str:id>/replay", ReplayView.as_view(), name="webhook-replay"),
]
