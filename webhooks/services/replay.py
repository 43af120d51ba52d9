from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hindsight.queue.lease import put
from webhooks.models import Delivery, Endpoint, Status

# Per call of replay_deliveries().
MAX_REPLAYED = 10_000


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
