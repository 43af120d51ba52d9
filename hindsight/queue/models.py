from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

# A row that is due for this long is late: there are too few workers.
OVERDUE_AFTER = timedelta(minutes=10)

HEARTBEAT_EVERY = timedelta(seconds=30)
# A worker without a heartbeat for this long is not running.
MISSING_AFTER = timedelta(minutes=2)


class Queued(models.Model):
    """A row is in the queue while it is one of the rows of its kind."""

    due_at = models.DateTimeField(
        default=timezone.now, db_default=Now(), help_text="No worker takes it before this time."
    )
    leased_until = models.DateTimeField(
        null=True, help_text="Until then a worker has it. If the worker was killed, another one takes it after that."
    )

    class Meta:
        abstract = True
        indexes = (
            # The oldest of each org, and those that workers have.
            models.Index(fields=("org", "due_at"), name="%(class)s_lane"),
            models.Index(fields=("leased_until",), condition=Q(leased_until__isnull=False), name="%(class)s_leased"),
        )


class Heartbeat(models.Model):
    """A process of `manage.py run_worker`. It writes `seen_at` while it runs."""

    name = models.CharField(max_length=80, unique=True, help_text="Random, for each process.")
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "webhooks_worker"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


def is_due(now: datetime) -> Q:
    return (Q(leased_until__isnull=True) | Q(leased_until__lte=now)) & Q(due_at__lte=now)


def is_leased(now: datetime) -> Q:
    return Q(leased_until__gt=now)


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
