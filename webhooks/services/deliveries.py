from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from hindsight.queue.lease import put
from webhooks.models import Delivery, Endpoint, Event, Status
from webhooks.sending import ANSWERS_KEPT

# Per call of replay_deliveries().
MAX_REPLAYED = 10_000

# Rows that Django loads at a time to delete them.
BATCH = 2_000


@transaction.atomic
def cancel_delivery(*, delivery_id: int) -> bool:
    """Returns whether it was pending. An attempt that is under way is not stopped. Raises Delivery.DoesNotExist."""
    delivery: Delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    is_pending = delivery.status == Status.PENDING
    if is_pending:
        delivery.status, delivery.leased_until = Status.CANCELLED, None
        delivery.save(update_fields=["status", "leased_until"])
    return is_pending


@transaction.atomic
def send_now(*, delivery_id: int) -> None:
    """Does not wait for the schedule. The pause of a slow endpoint still counts. Raises ValidationError and
    Delivery.DoesNotExist.
    """
    delivery: Delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if delivery.status != Status.PENDING:
        raise ValidationError("This delivery is no longer pending.")
    now = timezone.now()
    if delivery.leased_until and delivery.leased_until > now:
        raise ValidationError("An attempt is under way.")
    delivery.due_at = now
    delivery.save(update_fields=["due_at"])


@transaction.atomic
def replay_delivery(*, delivery_id: int) -> None:
    """The id stays the same. Raises ValidationError and Delivery.DoesNotExist."""
    deliveries = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint")
    delivery: Delivery = deliveries.get(pk=delivery_id)
    if delivery.status == Status.PENDING:
        raise ValidationError("This delivery is still pending.")
    _require_active(delivery.endpoint)
    _replay([delivery_id])


@transaction.atomic
def replay_deliveries(*, endpoint: Endpoint, since: datetime) -> int:
    """Returns the number of replayed deliveries. Raises ValidationError if the endpoint is disabled."""
    _require_active(endpoint)
    lost = endpoint.deliveries.filter(status__in=[Status.FAILED, Status.CANCELLED], created_at__gte=since)
    return _replay(lost.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[:MAX_REPLAYED])


def _require_active(endpoint: Endpoint) -> None:
    if not endpoint.is_active:
        raise ValidationError("The endpoint of this delivery is disabled. Enable it first.")


def _replay(delivery_ids: Iterable[int]) -> int:
    """With a full schedule of attempts."""
    rows = Delivery.objects.filter(pk__in=list(delivery_ids))
    made = F("earlier_attempts") + F("attempts")
    return put(rows, status=Status.PENDING, earlier_attempts=made, attempts=0)


def purge_deliveries(*, dry_run: bool = False) -> int:
    """Also deletes events without deliveries, and answers after ANSWERS_KEPT. Returns the number of deliveries."""
    now = timezone.now()
    before = now - timedelta(days=settings.WEBHOOK_DELIVERY_DAYS)
    answered = Delivery.objects.filter(last_attempt_at__lt=now - ANSWERS_KEPT)
    for batch in () if dry_run else pk_batches(answered.exclude(answer_headers=""), BATCH):
        answered.filter(pk__in=batch).update(answer_headers="", answer_body="")
    count = _purge(Delivery.objects.exclude(status=Status.PENDING).filter(created_at__lt=before), dry_run)
    is_needed = Exists(Delivery.objects.filter(event=OuterRef("pk")))
    _purge(Event.objects.filter(~is_needed, created_at__lt=before), dry_run)
    return count


def _purge(rows: QuerySet[Any], dry_run: bool) -> int:
    """Deletes in batches, so that no lock is held for long."""
    if dry_run:
        return rows.count()
    count = 0
    for batch in pk_batches(rows, BATCH):
        rows.model._default_manager.filter(pk__in=batch).delete()
        count += len(batch)
    return count


def forget_interview_requests(*, org_id: int, interview_request_ids: Iterable[int]) -> None:
    Event.objects.for_org(org_id).filter(interview_request_id__in=interview_request_ids).delete()


@transaction.atomic
def delete_webhooks(*, org_id: int) -> None:
    # Workers lock an endpoint before its deliveries, too.
    endpoints = Endpoint.objects.for_org(org_id)
    list(endpoints.order_by("pk").select_for_update().values_list("pk"))
    _purge(Event.objects.for_org(org_id), dry_run=False)
    endpoints.delete()
