"""The queue. Any backend of Django's Tasks API can run it: see TASKS_BACKEND."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django_tasks import task, task_backends
from django_tasks.base import Task
from django_tasks_db import DatabaseBackend

from webhooks.attempts import deliver
from webhooks.models import Delivery

# If no worker has started a queued delivery after this time, it is queued again. The older task then does nothing.
QUEUE_LEASE = timedelta(minutes=5)


logger = logging.getLogger(__name__)


@task
def deliver_webhook(delivery_id: int, attempts: int) -> None:
    try:
        deliver(delivery_id, attempts)
    except Exception:
        logger.exception("Webhook delivery %d: the attempt was not made, or its result was not stored.", delivery_id)
        raise


def enqueue(deliveries: Iterable[Delivery]) -> None:
    """Call it in the transaction that writes the deliveries.

    Each delivery is leased to the queue. If the queue loses it, `sweep()` queues it again.
    """
    deliveries = list(deliveries)
    leased_until = timezone.now() + QUEUE_LEASE
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(leased_until=leased_until)
    for delivery in deliveries:
        put(deliver_webhook, delivery.pk, delivery.attempts)


def put(task: Task[..., None], *args: int) -> None:
    """Queues a task if the transaction commits. A queue that is not the database can lose it."""
    if isinstance(task_backends["default"], DatabaseBackend):
        task.enqueue(*args)  # commits with the transaction
    else:
        transaction.on_commit(partial(task.enqueue, *args), robust=True)
