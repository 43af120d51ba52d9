from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO

from django.http import HttpResponse

from hindsight.db.keyset import in_pages
from hindsight.text.record_files import Record, write_csv
from hindsight.text.timestamps import utc_text
from orgs.models import SecurityEvent

PAGE = 1_000
MAX_EXPORTED = 10_000
"""Rows of a file that is written within a request."""

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


def csv_response(records: Iterable[Record], columns: Sequence[str], filename: str) -> HttpResponse:
    out = StringIO()
    write_csv(records, out, columns)
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(out.getvalue(), "text/csv; charset=utf-8", headers=headers)
