"""The only code that erases and deletes rows of the audit and of the security events (decision 19)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from orgs.actors import Actor
from orgs.models import Change, EventKind, Org, SecurityEvent
from orgs.security_events import log_event, new_event

ERASURE = "erasure"

BATCH = 1_000


def erase_changes(*rows: Any, actor: Actor) -> None:
    for row in rows:
        about = {"org_id": row.org_id, "object_type": row._meta.model_name, "object_id": row.pk}
        by = {"actor_kind": actor.kind, "actor": actor.name, "request_id": actor.request_id}
        if connection.vendor == "postgresql":
            _call("orgs_erase_changes", *about.values(), *by.values())
        else:
            QuerySet.update(Change.objects.filter(**about), before=None)
            Change.objects.create(**about, **by, field=ERASURE)


def delete_changes_of(org: Org, *, org_id: int, actor: Actor) -> None:
    """Call it after the org was deleted, in the same transaction."""
    if connection.vendor == "postgresql":
        event_id = _call("orgs_delete_changes", org_id, org.slug, actor.kind, actor.name, actor.request_id)
        event = SecurityEvent.objects.get(pk=event_id)
    else:
        count = QuerySet.delete(Change.objects.for_org(org_id))[0]
        event = new_event(EventKind.DELETION, actor, about=org, detail=f"Changes deleted: {count}.")
        event.save()
    log_event(event)


def purge_security_events(before: datetime) -> int:
    with _removal_allowed():
        return QuerySet.delete(SecurityEvent.objects.filter(created_at__lt=before))[0]


def purge_changes(changes: QuerySet[Change]) -> Counter[str]:
    """Returns the number of deleted changes by the org's slug. They must be the oldest of their fields, by id."""
    counts: Counter[str] = Counter()
    last = 0
    while batch := dict(changes.filter(pk__gt=last).order_by("pk").values_list("pk", "org__slug")[:BATCH]):
        with _removal_allowed():
            QuerySet.delete(Change.objects.filter(pk__in=batch))
        counts.update(batch.values())
        last = max(batch)
    return counts


@contextmanager
def _removal_allowed() -> Iterator[None]:
    """Works for the owner of the tables. The web server's role has no right to delete, whatever it sets."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL hindsight.audit_removal = 'allowed'")
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL hindsight.audit_removal = ''")


def _call(function: str, *arguments: object) -> Any:
    with connection.cursor() as cursor:
        cursor.callproc(function, arguments)
        return cursor.fetchone()[0]
