from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

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
def replay_delivery(*, delivery_id: int) -> None:
    """Sends the same message again, with the same id. Raises ValidationError and Delivery.DoesNotExist."""
    deliveries = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint")
    delivery: Delivery = deliveries.get(pk=delivery_id)
    if delivery.status == Status.PENDING:
        raise ValidationError("This delivery is still pending.")
    _require_active(delivery.endpoint)
    _replay([delivery])


@transaction.atomic
def replay_deliveries(*, endpoint: Endpoint, since: datetime) -> int:
    """Replays what failed or was cancelled. Returns how many deliveries. Raises ValidationError if it is disabled."""
    _require_active(endpoint)
    lost = endpoint.deliveries.filter(status__in=[Status.FAILED, Status.CANCELLED], created_at__gte=since)
    batch = list(lost.order_by("pk").select_for_update(of=("self",))[:MAX_REPLAYED])
    _replay(batch)
    return len(batch)


def _require_active(endpoint: Endpoint) -> None:
    if not endpoint.is_active:
        raise ValidationError("The endpoint of this delivery is disabled. Enable it first.")


def _replay(deliveries: Sequence[Delivery]) -> None:
    """With a full schedule of attempts."""
    for delivery in deliveries:
        delivery.status, delivery.attempts, delivery.leased_until = Status.PENDING, 0, None
        delivery.due_at = timezone.now()
    Delivery.objects.bulk_update(deliveries, ["status", "attempts", "leased_until", "due_at"], batch_size=500)
