"""Security events as records."""

from collections.abc import Iterator
from datetime import datetime

from hindsight.db.batches import in_pages
from hindsight.text.record_files import Record
from hindsight.text.timestamps import utc_text
from orgs.models import SecurityEvent

PAGE = 1_000

COLUMNS = (
    "created_at",
    "kind",
    "actor_kind",
    "actor",
    "org",
    "subject_type",
    "subject",
    "detail",
    "request_id",
)


def record_of(event: SecurityEvent) -> Record:
    return {**{name: getattr(event, name) for name in COLUMNS}, "created_at": utc_text(event.created_at)}


def records_since(since: datetime | None) -> Iterator[Record]:
    """Oldest first."""
    events = SecurityEvent.objects.all()
    if since is not None:
        events = events.filter(created_at__gte=since)
    yield from map(record_of, in_pages(events, PAGE))
