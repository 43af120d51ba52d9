from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from webhooks.models import Worker

SAY_EVERY = timedelta(seconds=30)
# A worker that was not seen for this long is not running.
MISSING_AFTER = timedelta(minutes=2)


def say_that_it_runs(name: str) -> None:
    """Writes at most every SAY_EVERY."""
    now = timezone.now()
    if not Worker.objects.filter(name=name, seen_at__gt=now - SAY_EVERY).exists():
        Worker.objects.update_or_create(name=name, defaults={"seen_at": now})
        Worker.objects.filter(seen_at__lt=now - MISSING_AFTER).delete()


def running_workers() -> int:
    return Worker.objects.filter(seen_at__gte=timezone.now() - MISSING_AFTER).count()


def last_seen() -> datetime | None:
    """When a worker was last seen. None if there is none."""
    seen: datetime | None = Worker.objects.aggregate(seen=Max("seen_at"))["seen"]
    return seen
