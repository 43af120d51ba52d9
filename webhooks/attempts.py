"""One attempt of a delivery. No transaction is open while the request is sent."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from orgs.actors import Actor, ActorKind
from orgs.events import record_event
from orgs.models import EventKind
from webhooks.models import Delivery, Endpoint, EndpointState, Outcome, Status
from webhooks.outbound import TIMEOUT_SECONDS, Result, post
from webhooks.schedule import GIVE_UP_AFTER, SLOW, delay_after, parse_retry_after, pause_after
from webhooks.signing import signed_headers

logger = logging.getLogger(__name__)

# If a worker is killed, its delivery is queued again after this time.
WORKER_LEASE = timedelta(seconds=4 * TIMEOUT_SECONDS)
HTTP_GONE = 410
WORKER = Actor(ActorKind.COMMAND, "run_worker")


def deliver(delivery_id: int, attempts: int) -> None:
    """Makes the attempt that follows `attempts` earlier ones, once: a second call with the same number does nothing."""
    delivery = Delivery.objects.select_related("endpoint", "event").filter(pk=delivery_id).first()
    if delivery is None or not _claim(delivery, attempts):
        return
    endpoint, now = delivery.endpoint, timezone.now()
    headers = signed_headers(
        message_id=delivery.event.message_id,
        body=delivery.event.body,
        signing_secrets=endpoint.signing_secrets,
        now=now,
    )
    result = post(endpoint.url, body=delivery.event.body.encode(), headers=headers)
    logger.info("Webhook delivery %d: %s, HTTP status %s.", delivery.pk, result.outcome, result.status)
    with transaction.atomic():
        if result.outcome == Outcome.ACCEPTED:
            _finish(delivery, result)
        else:
            _fail(delivery, result)


def _claim(delivery: Delivery, attempts: int) -> bool:
    """Compares and sets the number of attempts, so that one of several workers wins."""
    now = timezone.now()
    mine = Delivery.objects.pending().filter(pk=delivery.pk, attempts=attempts, due_at__lte=now)
    if not delivery.endpoint.is_active:
        mine.update(status=Status.CANCELLED, leased_until=None)
        return False
    paused_until = delivery.endpoint.paused_until
    if paused_until is not None and paused_until > now:
        mine.update(due_at=paused_until, leased_until=None)
        return False
    return bool(mine.update(attempts=attempts + 1, leased_until=now + WORKER_LEASE, last_attempt_at=now))


def _finish(delivery: Delivery, result: Result) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        status=Status.DELIVERED, leased_until=None, last_outcome=result.outcome, last_status=result.status
    )
    failing = Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False)
    failing.update(failing_since=None, paused_until=None)


def _fail(delivery: Delivery, result: Result) -> None:
    """Plans the next attempt. Disables the endpoint if it is gone, or if it has failed for too long."""
    now = timezone.now()
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        return
    endpoint.failing_since = endpoint.failing_since or now
    failing_for = now - endpoint.failing_since
    if result.duration > SLOW:
        endpoint.paused_until = now + pause_after(failing_for)
    endpoint.save(update_fields=["failing_since", "paused_until"])
    _plan(delivery, result, now)
    if endpoint.is_active and result.status == HTTP_GONE:
        _close(endpoint, EndpointState.GONE)
    elif endpoint.is_active and failing_for >= GIVE_UP_AFTER:
        _close(endpoint, EndpointState.FAILING)


def _plan(delivery: Delivery, result: Result, now: datetime) -> None:
    attempts = delivery.attempts + 1
    # Another worker may have the next attempt, if this one took longer than its lease.
    mine = Delivery.objects.filter(pk=delivery.pk, attempts=attempts)
    mine.update(leased_until=None, last_outcome=result.outcome, last_status=result.status)
    delay = delay_after(attempts, parse_retry_after(result.retry_after, now))
    pending = mine.filter(status=Status.PENDING)
    if delay is None:
        pending.update(status=Status.FAILED)
    else:
        pending.update(due_at=now + delay)


def _close(endpoint: Endpoint, state: EndpointState) -> None:
    """Tells staff by a security event."""
    endpoint.close(state)
    record_event(EventKind.WEBHOOK_CHANGED, WORKER, about=endpoint, detail=f"State: {state.label}.")
    logger.warning("Webhook endpoint %d was %s.", endpoint.pk, state.label)
