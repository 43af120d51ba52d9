"""Deliveries in the queue."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from hindsight.queue.kinds import Kind
from hindsight.queue.models import is_due, is_leased
from hindsight.queue.shares import Lane, Shares
from webhooks.attempts import deliver
from webhooks.models import Delivery, Endpoint, Status
from webhooks.outbound import TIMEOUT_SECONDS
from webhooks.schedule import MAX_ATTEMPTS


class Deliveries(Kind[Delivery]):
    """A lane is an endpoint. While an endpoint is paused, it has no lane."""

    name = "deliveries"
    threads = 8
    shares = Shares(org=3, slow=4)
    lease_time = timedelta(seconds=4 * TIMEOUT_SECONDS)
    lane = "endpoint_id"
    written = ("status", "attempts", "last_attempt_at")

    def rows(self) -> QuerySet[Delivery]:
        return Delivery.objects.pending().select_related("endpoint", "event")

    def due_lanes(self, now: datetime) -> list[Lane]:
        """One look-up in the index for each endpoint, however many deliveries it has."""
        due = Delivery.objects.pending().filter(is_due(now), endpoint=OuterRef("pk")).order_by("due_at")
        open_now = Endpoint.objects.filter(Q(paused_until=None) | Q(paused_until__lte=now))
        lanes = open_now.annotate(oldest=Subquery(due.values("due_at")[:1])).exclude(oldest=None).order_by("oldest")
        return [Lane(pk, org, slow is not None) for pk, org, slow in lanes.values_list("pk", "org_id", "slow_since")]

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
