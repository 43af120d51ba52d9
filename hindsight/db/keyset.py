"""Keyset pagination, and which rows a list by time may show (decision 22)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.functions import Abs

from hindsight.db.statements import fetch_row

Row = TypeVar("Row", bound=Model)

# The order of long lists (decision 7).
ID_ORDER = Abs("id")


def pk_batches(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """Yields `size` primary keys at a time, in ascending order. The caller may write or delete rows in between."""
    remaining = rows.order_by("pk")
    while batch := list(remaining.values_list("pk", flat=True)[:size]):
        yield batch
        remaining = rows.order_by("pk").filter(pk__gt=batch[-1])


def in_pages(rows: QuerySet[Row], size: int) -> Iterator[Row]:
    """No transaction stays open."""
    remaining = ordered = rows.order_by("pk")
    while page := list(remaining[:size]):
        yield from page
        if len(page) < size:
            return
        remaining = ordered.filter(pk__gt=page[-1].pk)


# Sessions of other roles show no times: then the result is 1970 until they finish.
COMMITTED_BEFORE = """
SELECT least(statement_timestamp(), min(
    CASE WHEN activity.state IS NULL OR activity.state = 'disabled' THEN to_timestamp(0) ELSE activity.xact_start END
))
FROM pg_locks AS lock
JOIN pg_stat_activity AS activity ON activity.pid = lock.pid
WHERE lock.locktype = 'relation'
  AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND lock.relation = ANY (%(tables)s::text[]::regclass[])
  AND lock.mode = 'RowExclusiveLock'
  AND lock.granted
  AND lock.pid <> pg_backend_pid()
"""


def committed_before(*models: type[Model]) -> datetime | None:
    """No row of these models with an earlier `ClockTime` can still be committed.

    Returns None on SQLite, where writing transactions run one after the other.
    """
    if connection.vendor != "postgresql":
        return None
    time: datetime
    [time] = fetch_row(COMMITTED_BEFORE, {"tables": [model._meta.db_table for model in models]})
    return time
