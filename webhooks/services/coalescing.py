"""Equal events of one interview request within seconds become one (decision 46).

An event is compared with the last one for the same endpoint.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from webhooks.models import Delivery, Endpoint, Event, Status
from webhooks.schedule import COALESCED_WITHIN

# Newest events of the interview request that are looked at. An endpoint that got none of them counts as new.
MAX_EVENTS = 100


def due_times(
    endpoints: Sequence[Endpoint], event_type: str, data: dict[str, Any], interview_request_id: int, now: datetime
) -> dict[Endpoint, datetime]:
    """When to send an event to each endpoint. Leaves out endpoints that an equal event has not been sent to yet.

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
