from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from hindsight.queue.heartbeats import running_workers
from hindsight.queue.models import OVERDUE_AFTER
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
