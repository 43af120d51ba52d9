from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from webhooks.models import Delivery, Endpoint, Event
from webhooks.sending import ANSWERS_KEPT

# Rows that Django loads at a time to delete them.
BATCH = 2_000


def purge_deliveries(*, dry_run: bool = False) -> int:
    """Also deletes events without deliveries, and answers after ANSWERS_KEPT. Returns the number of deliveries."""
    now = timezone.now()
    before = now - timedelta(days=settings.WEBHOOK_DELIVERY_DAYS)
    if not dry_run:
        _forget_answers(now - ANSWERS_KEPT)
    count = _purge(Delivery.objects.finished().filter(created_at__lt=before), dry_run)
    is_needed = Exists(Delivery.objects.filter(event=OuterRef("pk")))
    _purge(Event.objects.filter(~is_needed, created_at__lt=before), dry_run)
    return count


def _forget_answers(before: datetime) -> None:
    old = Delivery.objects.exclude(answer_headers="").filter(last_attempt_at__lt=before)
    for batch in pk_batches(old, BATCH):
        Delivery.objects.filter(pk__in=batch, last_attempt_at__lt=before).update(answer_headers="", answer_body="")


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
