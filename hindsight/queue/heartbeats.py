from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from hindsight.queue.models import Heartbeat

HEARTBEAT_EVERY = timedelta(seconds=30)
# A worker without a heartbeat for this long is not running.
MISSING_AFTER = timedelta(minutes=2)


def record_heartbeat(name: str) -> None:
    now = timezone.now()
    if not Heartbeat.objects.filter(name=name, seen_at__gt=now - HEARTBEAT_EVERY).exists():
        Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": now})
        Heartbeat.objects.filter(seen_at__lt=now - MISSING_AFTER).delete()


def remove_heartbeat(name: str) -> None:
    """Of a worker that ends. Others count it for MISSING_AFTER if it was killed."""
    Heartbeat.objects.filter(name=name).delete()


def running_workers() -> int:
    return Heartbeat.objects.filter(seen_at__gte=timezone.now() - MISSING_AFTER).count()


def last_heartbeat() -> datetime | None:
    seen: datetime | None = Heartbeat.objects.aggregate(seen=Max("seen_at"))["seen"]
    return seen
