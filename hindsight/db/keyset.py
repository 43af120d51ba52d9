from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.functions import Abs

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
    """Keyset pagination: no transaction stays open."""
    remaining = ordered = rows.order_by("pk")
    while page := list(remaining[:size]):
        yield from page
        if len(page) < size:
            return
        remaining = ordered.filter(pk__gt=page[-1].pk)
