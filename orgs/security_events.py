"""A security event is a row and a log line. Only the log line has the client's address."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Model, Q
from prometheus_client.core import GaugeMetricFamily

from orgs.actors import Actor, ActorKind
from orgs.models import EventKind, Org, SecurityEvent

security = logging.getLogger("hindsight.security")
logger = logging.getLogger(__name__)

# The field that identifies a row to auditors. Other models: the primary key.
IDENTIFIERS = {"apikey": "prefix", "org": "slug", "user": "username", "group": "name", "permission": "codename"}


def identifier_of(row: Model) -> str:
    return str(getattr(row, IDENTIFIERS.get(str(row._meta.model_name), "pk")))


def record_security_event(kind: EventKind, actor: Actor, *, address: str = "", **about: Any) -> None:
    """Call it in the transaction of the write that it records."""
    event = new_event(kind, actor, **about)
    log_event(event, address)
    event.save()


def record_security_events(
    kind: EventKind, actor: Actor, rows: Iterable[Any], *, address: str = "", detail: str = ""
) -> None:
    """Like `record_security_event()`, for many rows."""
    events = [new_event(kind, actor, about=row, detail=detail) for row in rows]
    for event in events:
        log_event(event, address)
    SecurityEvent.objects.bulk_create(events)


def new_event(kind: EventKind, actor: Actor, *, about: Any = None, org: str = "", detail: str = "") -> SecurityEvent:
    """`about`: a row. `detail`: contains no text of customers."""
    if about is not None:
        org = about.slug if isinstance(about, Org) else getattr(getattr(about, "org", None), "slug", org)
    return SecurityEvent(
        kind=kind,
        actor_kind=actor.kind,
        actor=actor.name[:150],
        org=org,
        subject_type="" if about is None else str(about._meta.verbose_name),
        subject="" if about is None else identifier_of(about)[:150],
        detail=" ".join(detail.split())[:300],
        request_id=actor.request_id,
    )


def log_event(event: SecurityEvent, address: str = "") -> None:
    fields = {"event": event.kind, "address": address}
    names = ("actor_kind", "actor", "org", "subject_type", "subject", "detail")
    security.info(event.get_kind_display(), extra={**fields, **{name: getattr(event, name) for name in names}})


def store_if_possible(event: SecurityEvent) -> None:
    """Logs database errors."""
    try:
        with transaction.atomic():
            event.save()
    except DatabaseError as error:
        logger.error("A security event was not stored: %s", event.kind, exc_info=error)


def last_purge() -> Iterable[GaugeMetricFamily]:
    """0 if there was none."""
    runs = SecurityEvent.objects.filter(actor="purge", actor_kind=ActorKind.COMMAND)
    runs = runs.exclude(Q(detail__startswith="Failed. ") | Q(detail__startswith="Dry run."))
    time = runs.order_by("-created_at", "-id").values_list("created_at", flat=True).first()
    text = "When purge ended without an error."
    yield GaugeMetricFamily("hindsight_last_purge_timestamp_seconds", text, value=time.timestamp() if time else 0)
