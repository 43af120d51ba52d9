"""Keyset pagination (decision 12). In SQL: with the ORM, building the query takes longer than executing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db import connection
from django.db.models import Model
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hindsight.api.errors import BadRequest, FieldError
from hindsight.api.json_bodies import StrictSerializer
from hindsight.db.ids import LARGEST_ID
from hindsight.db.keyset import committed_before
from hindsight.db.statements import fetch_rows
from hindsight.text.timestamps import utc_text_of

MAX_LIMIT = 100
# Of the long texts on a page.
MAX_CHARACTERS = 2**20
DEFAULT_LIMIT = 25

# Has `pk`, and the times that order the list as the statement has cast them to text.
Row = TypeVar("Row")
Parameters = dict[str, Any]


# What `Signer.sign_object` returns.
@extend_schema_field({"type": "string", "pattern": "^[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$"})
class CursorField(serializers.CharField):
    pass


class PageQuery(StrictSerializer):
    """Lists with filters extend it."""

    LIMIT = f"Send a whole number from 1 to {MAX_LIMIT}."

    limit = serializers.IntegerField(
        min_value=1,
        max_value=MAX_LIMIT,
        default=DEFAULT_LIMIT,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value", "max_string_length"), LIMIT),
        help_text="Maximum number of rows on a page.",
    )
    cursor = CursorField(
        required=False, help_text="The next_cursor of the previous page. Send the same filters with it."
    )

    def to_internal_value(self, data: QueryDict) -> dict[str, Any]:
        sent = {name: values for name, values in data.lists() if name in self.fields}
        errors = {name: ["Send this parameter once."] for name, values in sent.items() if len(values) > 1}
        blank = ["Send a value, or leave the parameter out."]
        errors |= {name: blank for name, values in sent.items() if values == [""]}
        if errors:
            raise serializers.ValidationError(errors)
        return super().to_internal_value(data.dict())


class PageSerializer(serializers.Serializer[Any]):
    """A page of a list."""

    next_cursor = CursorField(allow_null=True, help_text="null on the last page.")


def page_of_rows(name: str, row: type[serializers.Serializer[Any]]) -> type[PageSerializer]:
    """`name`: of the page in the schema."""
    return type(name, (PageSerializer,), {"data": row(many=True)})


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """Rows, newest first, or oldest first by a time.

    `alias`: of the model's table in the SQL. `select`: the statement up to the conditions of the filters. `conditions`:
    by filter, or by filter and value if PostgreSQL has to see the value to choose the index. `times`: by filter, the
    `ClockTime` field that must be later and that orders the list. `newest`: the time by which rows are newest first, if
    not by id. `is_prepared`: False if PostgreSQL has to see the values to choose the plan. `length`: of a row's long
    texts, in characters. `is_shown`: False for a row that the page leaves out.
    """

    model: type[Model]
    alias: str
    row: Callable[[tuple[Any, ...]], Row]
    select: str
    conditions: Mapping[str, str | Mapping[Any, str]] = field(default_factory=dict)
    times: Mapping[str, str] = field(default_factory=dict)
    newest: str = ""
    is_prepared: bool = True
    length: Callable[[Row], int] = lambda row: 0
    is_shown: Callable[[Row], bool] = lambda row: True

    def statement(
        self, filters: Parameters, *, limit: int, last: tuple[datetime | None, int] | None = None
    ) -> tuple[str, Parameters]:
        """`last`: of the previous page's last row."""
        conditions = self.conditions_of(filters)
        parameters = {**filters}
        if time_filter := self.time_filter(filters):
            time, id = f"{self.alias}.{self.times[time_filter]}", f"{self.alias}.id"
            # For `(time, id) > (...)` alone, SQLite does not use the partial index.
            order = f"{time}, {id}"
            after = f"{time} >= %(last_time)s AND ({order}) > (%(last_time)s, %(last_id)s)"
            # Replaces the filter's condition: of two times, SQLite may read from the earlier one on.
            last = last or (filters[time_filter], LARGEST_ID)
            if end := committed_before(self.model):  # behind a later row, one can still appear
                conditions.append(f"{time} < %(end)s")
                parameters["end"] = end
        elif self.newest:
            time, id = f"{self.alias}.{self.newest}", f"{self.alias}.id"
            order = f"{time} DESC, {id} DESC"
            after = f"{time} <= %(last_time)s AND ({time}, {id}) < (%(last_time)s, %(last_id)s)"
        else:
            id_order = f"abs({self.alias}.id)"  # see hindsight.db.keyset.ID_ORDER
            order, after = f"{id_order} DESC", f"{id_order} < %(last_id)s"
        if last:
            conditions.append(after)
            parameters["last_time"], parameters["last_id"] = last
        where = " AND ".join([self.select, *conditions])
        return f"{where} ORDER BY {order} LIMIT {limit}", parameters

    def conditions_of(self, filters: Parameters) -> list[str]:
        """Without those of times."""
        found = [(self.conditions[name], value) for name, value in filters.items() if name not in self.times]
        return [condition if isinstance(condition, str) else condition[value] for condition, value in found]

    def time_filter(self, filters: Parameters) -> str | None:
        return next((name for name in self.times if name in filters), None)

    def order_time(self, filters: Parameters) -> str:
        """Empty if the id orders the list."""
        time_filter = self.time_filter(filters)
        return self.times[time_filter] if time_filter else self.newest


def page_of(
    listing: Listing[Row], query: Parameters, *, org_id: int, **parameters: Any
) -> tuple[list[Row], str | None]:
    """Returns the rows, and the next cursor. `parameters`: others of `listing.select`.

    A cursor is the last row's id, or its time and id. Raises BadRequest.
    """
    cursors = Cursors(listing.model.__name__, query, org_id)
    statement, values = listing.statement(cursors.filters, limit=query["limit"] + 1, last=cursors.last)
    stored = {name: _stored(value) for name, value in values.items()}
    found = fetch_rows(statement, {**stored, "org_id": org_id, **parameters}, prepare=listing.is_prepared)
    rows = [listing.row(columns) for columns in found]
    time = listing.order_time(cursors.filters)
    fitting = sum(total <= MAX_CHARACTERS for total in accumulate(map(listing.length, rows)))
    limit = min(query["limit"], max(1, fitting))
    place_of = (lambda row: [utc_text_of(getattr(row, time)), row.pk]) if time else attrgetter("pk")
    page, next_cursor = cursors.page(rows, place_of, limit)
    return [row for row in page if listing.is_shown(row)], next_cursor


class Cursors:
    """Signed for the list, the org and the filters."""

    def __init__(self, list_name: str, query: Parameters, org_id: int) -> None:
        self.query = query
        self.filters = {name: value for name, value in query.items() if name not in ("limit", "cursor")}
        self.signer = Signer(salt=f"cursor {list_name} {org_id} {sorted(self.filters.items())}")

    @property
    def last(self) -> tuple[datetime | None, int] | None:
        """Raises BadRequest. The salt ensures that the cursor has the form of this list."""
        if "cursor" not in self.query:
            return None
        try:
            last: Any = self.signer.unsign_object(self.query["cursor"])
        except BadSignature:
            message = "Send next_cursor unchanged, with the same filters. Omit the cursor to get the first page."
            raise BadRequest(f"cursor: {message}", details=(FieldError("cursor", message),)) from None
        return (None, last) if isinstance(last, int) else (datetime.fromisoformat(last[0]), last[1])

    def page(
        self, rows: list[Row], place_of: Callable[[Any], Any], limit: int | None = None
    ) -> tuple[list[Row], str | None]:
        """`rows`: up to one more than the limit. `place_of`: the id of a row, or its time and id. `limit`: if less than
        that of the query.
        """
        limit = limit or self.query["limit"]
        if len(rows) <= limit:
            return rows, None
        return rows[:limit], self.after(place_of(rows[limit - 1]))

    def after(self, place: Any) -> str:
        return self.signer.sign_object(place)


def _stored(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
