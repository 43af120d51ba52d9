import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from hindsight.text.timestamps import utc_text
from webhooks.models import Delivery, Endpoint, Event
from webhooks.models.event import EVENT_TYPES, TEST_EVENT
from webhooks.services.coalescing import due_times

# Rows that Django loads at a time to delete them.
BATCH = 2_000


@transaction.atomic
def record_event(*, org_id: int, event_type: str, interview_request_id: int, data: dict[str, Any]) -> None:
    """Call it in the transaction of the cause. Writes nothing if no endpoint subscribes to the event, or if each one
    will still get an equal event.

    `data` contains ids and statuses: receivers read the rest over the API.
    """
    if event_type not in EVENT_TYPES:
        raise ValueError(f"{event_type} is not in EVENT_TYPES.")
    active = Endpoint.objects.for_org(org_id).active().select_related("org")
    subscribed = [endpoint for endpoint in active if event_type in endpoint.event_types]
    if not subscribed:
        return
    data, now = {"interview_request_id": interview_request_id, **data}, timezone.now()
    times = due_times(subscribed, event_type, data, interview_request_id, now)
    if times:
        _send(times, event_type, data, interview_request_id, now)


@transaction.atomic
def send_test_event(endpoint: Endpoint) -> Delivery:
    """Raises ValidationError if the endpoint is disabled."""
    if not endpoint.is_active:
        raise ValidationError("This endpoint is disabled. Enable it first.")
    now = timezone.now()
    return _send({endpoint: now}, TEST_EVENT, {}, None, now)[0]


def forget_interview_requests(*, org_id: int, interview_request_ids: Iterable[int]) -> None:
    Event.objects.for_org(org_id).filter(interview_request_id__in=interview_request_ids).delete()


@transaction.atomic
def delete_webhooks(*, org_id: int) -> None:
    # Workers lock an endpoint before its deliveries, too.
    endpoints = Endpoint.objects.for_org(org_id)
    list(endpoints.order_by("pk").select_for_update().values_list("pk"))
    for batch in pk_batches(Event.objects.for_org(org_id), BATCH):
        Event.objects.filter(pk__in=batch).delete()
    endpoints.delete()


def _send(
    times: Mapping[Endpoint, datetime],
    event_type: str,
    data: dict[str, Any],
    interview_request_id: int | None,
    now: datetime,
) -> list[Delivery]:
    org = next(iter(times)).org
    test = {"test": True} if org.is_test_room else {}
    body = {"type": event_type, "timestamp": utc_text(now, "milliseconds"), **test, "data": data}
    event = Event.objects.create(
        org=org,
        type=event_type,
        interview_request_id=interview_request_id,
        body=json.dumps(body, ensure_ascii=False),
        created_at=now,
    )
    return Delivery.objects.bulk_create(
        Delivery(org_id=event.org_id, endpoint=endpoint, event=event, due_at=due_at)
        for endpoint, due_at in times.items()
    )
