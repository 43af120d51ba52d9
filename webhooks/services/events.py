import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from hindsight.db.versions import ClockTime
from hindsight.text.timestamps import utc_text
from orgs.models import Org
from webhooks.models import Delivery, Endpoint, Event, Status
from webhooks.models.event import EVENT_TYPES, TEST_EVENT
from webhooks.schedule import COALESCED_WITHIN

# Newest events of the interview request that are compared. An endpoint that got none of them counts as new.
MAX_EVENTS = 100


@transaction.atomic
def record_event(*, org_id: int, event_type: str, interview_request_id: int, data: dict[str, Any]) -> None:
    """Call it in the transaction of the cause. Writes nothing if the org has no endpoint, or if each one that
    subscribes to the event will still get an equal event. An event that is sent to none is read over the API.

    `data` contains ids and statuses: receivers read the rest over the API.
    """
    if event_type not in EVENT_TYPES:
        raise ValueError(f"{event_type} is not in EVENT_TYPES.")
    endpoints = list(Endpoint.objects.for_org(org_id).select_related("org"))
    if not endpoints:
        return
    subscribed = [endpoint for endpoint in endpoints if endpoint.is_active and event_type in endpoint.event_types]
    data, now = {"interview_request_id": interview_request_id, **data}, timezone.now()
    times = due_times(subscribed, event_type, data, interview_request_id, now) if subscribed else {}
    if times or not subscribed:
        _send(endpoints[0].org, times, event_type, data, interview_request_id, now)


@transaction.atomic
def send_test_event(endpoint: Endpoint) -> Delivery:
    """Raises ValidationError if the endpoint is disabled."""
    if not endpoint.is_active:
        raise ValidationError("This endpoint is disabled. Enable it first.")
    now = timezone.now()
    return _send(endpoint.org, {endpoint: now}, TEST_EVENT, {}, None, now)[0]


def _send(
    org: Org,
    times: Mapping[Endpoint, datetime],
    event_type: str,
    data: dict[str, Any],
    interview_request_id: int | None,
    now: datetime,
) -> list[Delivery]:
    test = {"test": True} if org.is_test_room else {}
    body = {"type": event_type, "timestamp": utc_text(now, "milliseconds"), **test, "data": data}
    event = Event.objects.create(
        org=org,
        type=event_type,
        interview_request_id=interview_request_id,
        body=json.dumps(body, ensure_ascii=False),
        created_at=ClockTime(),  # so that nobody who reads events by time misses one (decision 22)
    )
    return Delivery.objects.bulk_create(
        Delivery(org_id=event.org_id, endpoint=endpoint, event=event, due_at=due_at)
        for endpoint, due_at in times.items()
    )


def due_times(
    endpoints: Sequence[Endpoint], event_type: str, data: dict[str, Any], interview_request_id: int, now: datetime
) -> dict[Endpoint, datetime]:
    """When to send an event to each endpoint. Equal events of one interview request within seconds become one (decision
    46): leaves out endpoints that an equal event has not been sent to yet.

    Locks the deliveries that it compares: a worker takes one only after the caller's transaction, so that the receiver
    reads what this has written.
    """
    last = _last_deliveries(endpoints, interview_request_id)
    times = {}
    for endpoint in endpoints:
        delivery = last.get(endpoint.pk)
        if delivery is None or not _is_equal(delivery, event_type, data):
            times[endpoint] = now
        elif not _is_waiting(delivery, now):
            times[endpoint] = max(now, (delivery.last_attempt_at or now) + COALESCED_WITHIN)
    return times


def _last_deliveries(endpoints: Sequence[Endpoint], interview_request_id: int) -> dict[int, Delivery]:
    """By endpoint."""
    of_request = Event.objects.for_org(endpoints[0].org_id).filter(interview_request_id=interview_request_id)
    events = list(of_request.values_list("pk", flat=True)[:MAX_EVENTS])
    if not events:
        return {}
    to_endpoints = Delivery.objects.filter(event__in=events, endpoint__in=endpoints)
    newest = to_endpoints.order_by().values("endpoint").annotate(newest=Max("pk"))
    deliveries = Delivery.objects.filter(pk__in=[row["newest"] for row in newest]).select_related("event")
    return {delivery.endpoint_id: delivery for delivery in deliveries.order_by("pk").select_for_update(of=("self",))}


def _is_equal(delivery: Delivery, event_type: str, data: dict[str, Any]) -> bool:
    return delivery.event.type == event_type and json.loads(delivery.event.body)["data"] == data


def _is_waiting(delivery: Delivery, now: datetime) -> bool:
    """Whether no worker has it, and the next attempt is not far off.

    A worker whose lease has expired may have sent it, and may still say so.
    """
    is_leased = delivery.leased_until is not None
    return delivery.status == Status.PENDING and not is_leased and delivery.due_at <= now + COALESCED_WITHIN
