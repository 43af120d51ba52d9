from django.db import transaction
from django.utils import timezone

from webhooks.models import Delivery
from webhooks.tasks import enqueue

BATCH = 500


def sweep() -> int:
    """Queues up to BATCH due deliveries: retries, and those whose task or worker was lost. Returns their number."""
    due = Delivery.objects.due(timezone.now())
    if not due.exists():  # on SQLite, a transaction would take the write lock
        return 0
    with transaction.atomic():
        batch = list(due.order_by("due_at").select_for_update(skip_locked=True, of=("self",))[:BATCH])
        enqueue(batch)
    return len(batch)
