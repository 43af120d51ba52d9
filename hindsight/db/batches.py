from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def pk_batches(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """Yields the primary keys in ascending order, `size` at a time, one statement each.

    The caller may write or delete the rows in between. A row that no longer matches is not read again.
    """
    remaining = rows.order_by("pk")
    while batch := list(remaining.values_list("pk", flat=True)[:size]):
        yield batch
        remaining = rows.order_by("pk").filter(pk__gt=batch[-1])
