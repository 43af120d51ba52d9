"""Counting no further than staff would turn pages: a list of millions costs as much as one of a thousand."""

from functools import cached_property
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet

MAX_COUNT = 1_000


class AtLeast(int):
    """A count that was given up."""

    def __str__(self) -> str:
        return f"more than {int(self):,}"


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of the first thousand rows; who looks for an older one searches or filters."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        count = rows[: MAX_COUNT + 1].count()  # in the list's own order, for which there is an index
        return count if count <= MAX_COUNT else AtLeast(MAX_COUNT)
