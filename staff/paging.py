from functools import cached_property
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet

MAX_COUNT = 1_000


class AtLeast(int):
    """A lower bound of a count."""

    def __str__(self) -> str:
        return f"more than {int(self):,}"


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most MAX_COUNT rows: a list of millions costs as much as one of a thousand."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        count = rows[: MAX_COUNT + 1].count()  # keeps the list's order, which has an index
        return count if count <= MAX_COUNT else AtLeast(MAX_COUNT)
