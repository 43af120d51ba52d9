"""The check of `manage.py doctor`."""

from django.db import Error as DatabaseError
from django.utils import timezone

from hindsight.doctor import Fault
from webhooks.models import Delivery, Endpoint
from webhooks.schedule import OVERDUE_AFTER
from webhooks.services.health import webhook_health


def webhooks() -> str:
    try:
        return _examine()
    except DatabaseError:
        raise Fault("Cannot be checked without the database. Fix the database first.") from None


def _examine() -> str:
    health = webhook_health()
    if health.active or Delivery.objects.pending().exists():
        faults = [*_faults_of_the_queue(health.workers), *_failing_endpoints()]
        if faults:
            raise Fault(*faults)
    text = f"{health.active} active endpoints, {health.workers} running workers"
    return f"{text}, {health.given_up} endpoints disabled because of their answers" if health.given_up else text


def _faults_of_the_queue(workers: int) -> list[str]:
    now = timezone.now()
    overdue = Delivery.objects.overdue(now - OVERDUE_AFTER)
    if not workers:
        waiting = Delivery.objects.overdue(now).count()
        return [f"No worker is running, and {waiting:,} deliveries are due. Start `manage.py run_worker`."]
    if oldest := overdue.order_by("due_at").first():
        minutes = round((now - oldest.due_at).total_seconds() / 60)
        return [f"{overdue.count():,} deliveries are up to {minutes:,} minutes late. Start more workers."]
    return []


def _failing_endpoints() -> list[str]:
    return [
        f"Endpoint {endpoint.pk} of {endpoint.org.slug} has failed since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC. "
        f"`manage.py list_deliveries {endpoint.pk}` shows the reasons. Ask the customer to repair it, or disable it."
        for endpoint in Endpoint.objects.failing().select_related("org")
    ]
