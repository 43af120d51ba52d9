"""Security events as CSV or JSON Lines."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from hindsight.text.timestamps import utc_text
from interviews.export import BYTE_ORDER_MARK, Writable, escape_formulas, write_json_lines
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

Record = dict[str, str]


def record_of(event: SecurityEvent) -> Record:
    return {**{name: getattr(event, name) for name in COLUMNS}, "created_at": utc_text(event.created_at)}


def records_since(since: datetime | None) -> Iterator[Record]:
    """Oldest first, in pages: memory is bounded, and no transaction stays open."""
    events = SecurityEvent.objects.order_by("pk")
    if since is not None:
        events = events.filter(created_at__gte=since)
    last = 0
    while page := list(events.filter(pk__gt=last)[:PAGE]):
        yield from map(record_of, page)
        last = page[-1].pk


def write_csv(records: Iterable[Record], out: Writable) -> None:
    writer = csv.writer(out)
    writer.writerow([BYTE_ORDER_MARK + COLUMNS[0], *COLUMNS[1:]])
    for record in records:
        writer.writerow([escape_formulas(record[column]) for column in COLUMNS])


WRITERS: Mapping[str, Callable[[Iterable[Record], Writable], None]] = {"csv": write_csv, "jsonl": write_json_lines}
