from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.db.models import Count, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from hindsight.doctor import Fault, not_checked
from hindsight.queue.models import OVERDUE_AFTER, is_due, running_workers
from webhooks.models import Delivery, Endpoint, EndpointState
from webhooks.models.endpoint import GIVEN_UP, is_failing


@dataclass(frozen=True)
class WebhookHealth:
    """`failing` and `given_up`: numbers of endpoints. `late`: the number of deliveries. `workers`: of all orgs."""

    active: int
    failing: int
    given_up: int
    late: int
    workers: int

    @property
    def needs_a_worker(self) -> bool:
        return not self.workers and bool(self.active or self.late)


def webhook_health(org_ids: Collection[int] | None = None) -> WebhookHealth:
    """`org_ids` None: all orgs. Test rooms are not counted. Executes three statements."""
    endpoints, late = Endpoint.objects.without_test_rooms(), Delivery.objects.overdue(timezone.now() - OVERDUE_AFTER)
    if org_ids is not None:
        endpoints, late = endpoints.filter(org__in=org_ids), late.filter(org__in=org_ids)
    counts = endpoints.aggregate(
        active=Count("pk", filter=Q(state=EndpointState.ACTIVE)),
        failing=Count("pk", filter=is_failing()),
        given_up=Count("pk", filter=Q(state__in=GIVEN_UP)),
    )
    return WebhookHealth(**counts, late=late.count(), workers=running_workers())


def failing_endpoints() -> Iterable[GaugeMetricFamily]:
    count = Endpoint.objects.without_test_rooms().failing().count()
    yield GaugeMetricFamily("hindsight_webhook_endpoints_failing", "Active endpoints that fail.", value=count)


def doctor_check() -> str:
    """Of `manage.py doctor`. Raises Fault."""
    try:
        health = webhook_health()
        if health.active or Delivery.objects.pending().exists():
            faults = [*_faults_of_the_queue(health.workers), *_failing_endpoints(), *_slow_endpoints()]
            if faults:
                raise Fault(*faults)
    except DatabaseError as error:
        raise not_checked(error) from None
    text = f"{health.active} active endpoints, {health.workers} running workers"
    return f"{text}, {health.given_up} endpoints disabled because of their answers" if health.given_up else text


def _faults_of_the_queue(workers: int) -> list[str]:
    now = timezone.now()
    if not workers:
        waiting = Delivery.objects.pending().filter(is_due(now)).count()
        return [f"No worker is running, and {waiting:,} deliveries are due. Start `manage.py run_worker`."]
    overdue = Delivery.objects.overdue(now - OVERDUE_AFTER)
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


def _slow_endpoints() -> Iterator[str]:
    for endpoint in Endpoint.objects.active().exclude(slow_since=None).select_related("org"):
        if late := endpoint.deliveries.pending().filter(due_at__lt=timezone.now() - OVERDUE_AFTER).count():
            yield (
                f"Endpoint {endpoint.pk} of {endpoint.org.slug} has answered slowly since "
                f"{endpoint.slow_since:%Y-%m-%d %H:%M} UTC, and {late:,} deliveries are late. Ask the customer to "
                "answer first, and to work afterwards."
            )
