from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.utils import timezone

from hindsight.api import idempotency
from hindsight.limits.counters import Counters
from orgs.audit_removal import purge_security_events
from orgs.commands import Command as BaseCommand


def rate_limit_counters() -> int:
    return cast(Counters, caches["counters"]).purge()


def sessions() -> int:
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def security_events() -> int:
    return purge_security_events(timezone.now() - timedelta(days=settings.SECURITY_EVENT_DAYS))


# Each function deletes expired rows and returns their number.
PURGES: dict[str, Callable[[], int]] = {
    "rate-limit counters": rate_limit_counters,
    "idempotency records": idempotency.purge_expired,
    "sessions": sessions,
    "security events": security_events,
}


class Command(BaseCommand):
    help = (
        "Removes expired rate-limit counters, idempotency records, login sessions and security events, and prints the "
        "number of rows of each. Run it once a day, at any time: it blocks nothing."
    )

    def run(self, **options: Any) -> str:
        return self.table(("EXPIRED", "REMOVED"), ((name, purge()) for name, purge in PURGES.items()))
