"""The queue is rows of the rooms above: deliveries and what else is a `Queued` row of a `Kind`.

A row is put into the queue by the transaction that inserts it, or by `put()`.

- A lease is `leased_until`. A worker leases as many rows as it has free threads. A row whose worker was killed is due
  again when its lease has expired: each row is worked on at least once.
- `lease()` runs alone, for each kind: two workers that lease at the same time cannot exceed a share.
- Orgs take turns, however many rows of theirs wait: see `share_out()`. Each worker has its own `Turns`.
- Its cost depends on the number of lanes, not on the number of rows: see the indexes of `Queued` and `Delivery`.
- The result of a row is written only by the worker that has it: the rows count their leases (`attempts`, `runs`).
"""

import zlib
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from hindsight.queue.kinds import Kind
from hindsight.queue.models import Queued, is_due
from hindsight.queue.shares import Lane, Turns, share_out

Row = TypeVar("Row", bound=Queued)


def lease(kind: Kind[Row], free: int, turns: Turns) -> list[Row]:
    """`turns`: of the worker and the kind."""
    now = timezone.now()
    lanes = kind.due_lanes(now) if free else []
    if not lanes:  # on SQLite, a transaction would take the write lock
        return []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                key = zlib.crc32(f"hindsight.queue {kind.name}".encode())
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        given = share_out(lanes, kind.leased_lanes(now), free, kind.shares, turns)
        rows = list(kind.rows().filter(pk__in=[pk for lane in given for pk in _oldest(kind, lane, now)]))
        to_run = [row for row in rows if kind.begin(row, now)]
        for row in rows:
            row.leased_until = now + kind.lease_time if row in to_run else None
        kind.rows().bulk_update(rows, ["leased_until", *kind.written])
    return to_run


def put(rows: QuerySet[Any], **changed: Any) -> int:
    """Puts rows behind those that wait. `changed`: what makes them rows of their kind again. Returns their number."""
    return rows.update(leased_until=None, due_at=timezone.now(), **changed)


def _oldest(kind: Kind[Any], lane: Lane, now: datetime) -> list[int]:
    """Returns nothing if other transactions have locked the rows of the lane."""
    due = kind.rows().filter(is_due(now), **{kind.lane: lane.key}).order_by("due_at")
    return list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:1])
