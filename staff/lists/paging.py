from functools import cached_property
from typing import Any, cast

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet

MAX_COUNT = 1_000


class AtLeast(int):
    """A lower bound of a count."""

    def __str__(self) -> str:
        return f"more than {int(self):,}"


class BoundedChangeList(ChangeList):
    """Sorts only by the columns of `sortable_by`. Django hides the others' links, but obeys their parameters."""

    @property
    def clear_search(self) -> str:
        return self.get_query_string(remove=[SEARCH_VAR])

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most MAX_COUNT rows: a list of millions costs as much as one of a thousand."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        count = rows[: MAX_COUNT + 1].count()  # keeps the list's order, which has an index
        return count if count <= MAX_COUNT else AtLeast(MAX_COUNT)
