"""Keyset pagination: rows in an order that an index has, each page after the last row of the one before."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.functions import Abs

Row = TypeVar("Row", bound=Model)

# The order of long lists. For `ORDER BY id DESC LIMIT n` PostgreSQL may scan the primary key across all orgs; only the
# composite indexes contain `abs(id)`.
ID_ORDER = Abs("id")


def pk_batches(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """Yields the primary keys in ascending order, `size` at a time, one statement each.

    The caller may write or delete the rows in between. A row that no longer matches is not read again.
    """
    remaining = rows.order_by("pk")
    while batch := list(remaining.values_list("pk", flat=True)[:size]):
        yield batch
        remaining = rows.order_by("pk").filter(pk__gt=batch[-1])


def in_pages(rows: QuerySet[Row], size: int) -> Iterator[Row]:
    """Yields the rows in ascending order of their primary keys, and reads `size` with one statement.

    Keyset pagination keeps memory constant and no transaction open.
    """
    remaining = ordered = rows.order_by("pk")
    while page := list(remaining[:size]):
        yield from page
        if len(page) < size:
            return
        remaining = ordered.filter(pk__gt=page[-1].pk)
