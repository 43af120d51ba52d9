"""One attempt of a delivery. No transaction is open while the request is sent."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from hindsight.metrics.instruments import DELIVERIES
from orgs.actors import Actor, ActorKind
from orgs.models import EventKind
from orgs.security_events import record_security_event
from webhooks.models import Delivery, Endpoint, EndpointState, Outcome, Status
from webhooks.outbound import Result, post
from webhooks.schedule import GIVE_UP_AFTER, SLOW, delay_after, parse_retry_after, pause_after
from webhooks.signing import signed_headers

logger = logging.getLogger(__name__)

HTTP_GONE = 410
WORKER = Actor(ActorKind.COMMAND, "run_worker")


def deliver(delivery: Delivery) -> None:
    """Makes the attempt that the lease of the delivery has counted."""
    headers = signed_headers(
        message_id=delivery.event.message_id,
        body=delivery.event.body,
        signing_secrets=delivery.endpoint.signing_secrets,
        now=timezone.now(),
    )
    result = post(delivery.endpoint.url, body=delivery.event.body.encode(), headers=headers)
    DELIVERIES.labels(result.outcome).inc()
    logger.info("Webhook delivery %d: %s, HTTP status %s.", delivery.pk, result.outcome, result.status)
    with transaction.atomic():
        if result.outcome == Outcome.ACCEPTED:
            _finish(delivery, result)
        else:
            _fail(delivery, result)


def _finish(delivery: Delivery, result: Result) -> None:
    """Plans no further attempt, also if the lease has expired meanwhile."""
    Delivery.objects.filter(pk=delivery.pk).update(
        status=Status.DELIVERED, leased_until=None, last_outcome=result.outcome, last_status=result.status
    )
    endpoint, now = _answering(delivery), timezone.now()
    if result.duration > SLOW:
        pause = now + pause_after(result.duration)
        endpoint.update(failing_since=None, slow_since=Coalesce("slow_since", now), paused_until=pause)
    else:
        unwell = endpoint.exclude(failing_since=None, slow_since=None, paused_until=None)
        unwell.update(failing_since=None, slow_since=None, paused_until=None)


def _fail(delivery: Delivery, result: Result) -> None:
    """Plans the next attempt. Disables the endpoint if it is gone, or if it has failed for too long."""
    now = timezone.now()
    endpoint = _answering(delivery).select_for_update(no_key=True).first()
    _plan(delivery, result, now)
    if endpoint is not None:
        _count_failure(endpoint, result, now)


def _answering(delivery: Delivery) -> QuerySet[Endpoint]:
    """Empty if the endpoint is deleted, or has another URL by now: the answer says nothing about that one."""
    return Endpoint.objects.filter(pk=delivery.endpoint_id, url=delivery.endpoint.url)


def _count_failure(endpoint: Endpoint, result: Result, now: datetime) -> None:
    endpoint.failing_since = endpoint.failing_since or now
    failing_for = now - endpoint.failing_since
    if result.duration > SLOW:
        endpoint.slow_since = endpoint.slow_since or now
        endpoint.paused_until = now + pause_after(result.duration, failing_for)
    else:
        endpoint.slow_since = endpoint.paused_until = None
    endpoint.save(update_fields=["failing_since", "slow_since", "paused_until"])
    if endpoint.is_active and result.status == HTTP_GONE:
        _close(endpoint, EndpointState.GONE)
    elif endpoint.is_active and failing_for >= GIVE_UP_AFTER:
        _close(endpoint, EndpointState.FAILING)


def _plan(delivery: Delivery, result: Result, now: datetime) -> None:
    mine = _still_mine(delivery)
    mine.update(leased_until=None, last_outcome=result.outcome, last_status=result.status)
    delay = delay_after(delivery.attempts, parse_retry_after(result.retry_after, now))
    pending = mine.filter(status=Status.PENDING)
    if delay is None:
        pending.update(status=Status.FAILED)
    else:
        pending.update(due_at=now + delay)


def _still_mine(delivery: Delivery) -> QuerySet[Delivery]:
    """Empty if another worker has the next attempt, because this one took longer than its lease."""
    return Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts)


def _close(endpoint: Endpoint, state: EndpointState) -> None:
    """Tells staff by a security event."""
    endpoint.close(state)
    record_security_event(EventKind.WEBHOOK_CHANGED, WORKER, about=endpoint, detail=f"State: {state.label}.")
    logger.warning("Webhook endpoint %d was %s.", endpoint.pk, state.label)
