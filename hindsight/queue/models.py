from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone


class Queued(models.Model):
    """A row that a worker works on. It is in the queue while it is one of the rows of its kind."""

    due_at = models.DateTimeField(
        default=timezone.now, db_default=Now(), help_text="No worker takes it before this time."
    )
    leased_until = models.DateTimeField(
        null=True, help_text="Until then a worker has it. If the worker was killed, another one takes it after that."
    )

    class Meta:
        abstract = True


def is_due(now: datetime) -> Q:
    """Rows that no worker has."""
    return (Q(leased_until__isnull=True) | Q(leased_until__lte=now)) & Q(due_at__lte=now)


def is_leased(now: datetime) -> Q:
    return Q(leased_until__gt=now)
