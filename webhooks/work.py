"""Delivers events, one attempt for each lease. No transaction is open while the request is sent."""

import logging
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from hindsight.http.mail import is_sent
from hindsight.metrics.instruments import DELIVERIES
from hindsight.queue.kinds import Kind
from hindsight.queue.models import is_leased
from hindsight.queue.shares import Lane, Shares
from orgs.actors import Actor, ActorKind
from orgs.models import EventKind
from orgs.security_events import record_security_event
from webhooks.models import Delivery, Endpoint, EndpointState, Outcome, Status
from webhooks.schedule import GIVE_UP_AFTER, MAX_ATTEMPTS, SLOW, delay_after, parse_retry_after, pause_after
from webhooks.sending import TIMEOUT_SECONDS, Result, post
from webhooks.signing import signed_headers

logger = logging.getLogger(__name__)

WORKER = Actor(ActorKind.COMMAND, "run_worker")

REASONS = {
    EndpointState.GONE: "it answered 410 Gone",
    EndpointState.FAILING: "every attempt has failed for five days",
}
# Only the host of the URL: paths and queries of webhooks often contain a secret.
TEXT = """Hello,

Hindsight no longer sends events to this webhook endpoint of {org}, because {reason}:

    {id} at {host}

Once the endpoint works again, enable it: send PATCH /api/v1/webhook-endpoints/{id} with {{"status": "active"}},
or ask your contact at Hindsight, who can also send the events again that it has missed.

{guide}
"""


class Deliveries(Kind[Delivery]):
    """A lane is an endpoint. While an endpoint is paused, it has no lane."""

    name = "deliveries"
    threads = 8
    shares = Shares(org=3, slow=4)
    lease_time = timedelta(seconds=4 * TIMEOUT_SECONDS)
    lane = "endpoint_id"
    written = ("status", "attempts", "last_attempt_at")

    def rows(self) -> QuerySet[Delivery]:
        return Delivery.objects.pending().select_related("endpoint", "event").without_answers()

    def due_lanes(self, now: datetime) -> list[Lane]:
        open_now = Endpoint.objects.filter(Q(paused_until=None) | Q(paused_until__lte=now))
        values = self.with_due_rows(open_now, now).values_list("pk", "org_id", "slow_since")
        return [Lane(pk, org, slow is not None) for pk, org, slow in values]

    def leased_lanes(self, now: datetime) -> list[Lane]:
        leased = Delivery.objects.pending().filter(is_leased(now)).order_by()
        values = leased.values_list("endpoint_id", "org_id", "endpoint__slow_since")
        return [Lane(pk, org, slow is not None) for pk, org, slow in values]

    def begin(self, row: Delivery, now: datetime) -> bool:
        if not row.endpoint.is_active:
            row.status = Status.CANCELLED
        elif row.attempts >= MAX_ATTEMPTS:  # every worker that had it was killed
            row.status = Status.FAILED
        else:
            row.attempts, row.last_attempt_at = row.attempts + 1, now
        return row.status == Status.PENDING

    def run(self, row: Delivery) -> None:
        deliver(row)


def deliver(delivery: Delivery) -> None:
    headers = signed_headers(
        message_id=delivery.event.message_id,
        body=delivery.event.body,
        signing_secrets=delivery.endpoint.signing_secrets,
        now=timezone.now(),
    )
    result = post(delivery.endpoint.url, body=delivery.event.body.encode(), headers=headers)
    DELIVERIES.labels(result.outcome).inc()
    logger.info("Webhook delivery %d: %s, HTTP status %s.", delivery.pk, result.outcome, result.status)
    closed = None
    with transaction.atomic():
        if result.outcome == Outcome.ACCEPTED:
            _finish(delivery, result)
        else:
            closed = _fail(delivery, result)
    if closed is not None:
        tell_org(closed)


def _finish(delivery: Delivery, result: Result) -> None:
    """Also if the lease has expired meanwhile."""
    Delivery.objects.filter(pk=delivery.pk).update(status=Status.DELIVERED, leased_until=None, **_last(result))
    endpoint, now = _answering(delivery), timezone.now()
    if result.duration > SLOW:
        pause = now + pause_after(result.duration)
        endpoint.update(failing_since=None, slow_since=Coalesce("slow_since", now), paused_until=pause)
    else:
        unwell = endpoint.exclude(failing_since=None, slow_since=None, paused_until=None)
        unwell.update(failing_since=None, slow_since=None, paused_until=None)


def _last(result: Result) -> dict[str, Any]:
    """The columns of the last attempt. An answer of an earlier one would mislead."""
    return {
        "last_outcome": result.outcome,
        "last_status": result.status,
        "answer_headers": result.headers,
        "answer_body": result.body,
    }


def _fail(delivery: Delivery, result: Result) -> Endpoint | None:
    """Returns the endpoint if this failure disables it."""
    now = timezone.now()
    endpoint = _answering(delivery).select_for_update(no_key=True).first()
    # Empty if another worker has the next attempt, because this one took longer than its lease.
    mine = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts)
    mine.update(leased_until=None, **_last(result))
    delay = delay_after(delivery.attempts, parse_retry_after(result.retry_after, now))
    pending = mine.filter(status=Status.PENDING)
    if delay is None:
        pending.update(status=Status.FAILED)
    else:
        pending.update(due_at=now + delay)
    return endpoint if endpoint is not None and _count_failure(endpoint, result, now) else None


def _answering(delivery: Delivery) -> QuerySet[Endpoint]:
    """Empty if the endpoint is deleted, or has another URL by now: the answer says nothing about that one."""
    return Endpoint.objects.filter(pk=delivery.endpoint_id, url=delivery.endpoint.url)


def _count_failure(endpoint: Endpoint, result: Result, now: datetime) -> bool:
    """Returns whether this failure disables the endpoint."""
    endpoint.failing_since = endpoint.failing_since or now
    failing_for = now - endpoint.failing_since
    if result.duration > SLOW:
        endpoint.slow_since = endpoint.slow_since or now
        endpoint.paused_until = now + pause_after(result.duration, failing_for)
    else:
        endpoint.slow_since = endpoint.paused_until = None
    endpoint.save(update_fields=["failing_since", "slow_since", "paused_until"])
    is_gone = result.status == HTTPStatus.GONE
    if not endpoint.is_active or not (is_gone or failing_for >= GIVE_UP_AFTER):
        return False
    state = EndpointState.GONE if is_gone else EndpointState.FAILING
    endpoint.close(state)
    record_security_event(EventKind.WEBHOOK_CHANGED, WORKER, about=endpoint, detail=f"State: {state.label}.")
    logger.warning("Webhook endpoint %d was %s.", endpoint.pk, state.label)
    return True


def tell_org(endpoint: Endpoint) -> None:
    """Does nothing unless mail is set up and the org's contact address is an email address."""
    address = endpoint.org.contact_address.strip()
    try:
        validate_email(address)
    except ValidationError:
        return
    if settings.EMAIL_URL is None:
        return
    text = TEXT.format(
        org=endpoint.org.name,
        reason=REASONS[EndpointState(endpoint.state)],
        id=endpoint.public_id,
        host=urlsplit(endpoint.url).hostname,
        guide=f"{settings.PUBLIC_BASE_URL}/api/docs/behaviour#webhooks",
    )
    is_sent(EmailMessage("Hindsight has disabled a webhook endpoint", text, to=[address]))
