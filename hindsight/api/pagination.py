"""Keyset pagination: newest first, or oldest first by a time."""

from datetime import datetime
from typing import Any, TypeVar, cast

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from rest_framework import serializers

from hindsight.api.errors import BadRequest, FieldError
from hindsight.api.serializers import StrictSerializer
from hindsight.db.position import POSITION
from hindsight.db.settled import settled_before

MAX_LIMIT = 100
DEFAULT_LIMIT = 25

# A model, or a row of `values_list(…, named=True)` with the column `id`.
Row = TypeVar("Row")


REPEATED = "Send this parameter once."
BLANK = "Send a value, or leave the parameter out."
LIMIT = f"Send a whole number from 1 to {MAX_LIMIT}."


class PageQuery(StrictSerializer):
    """Lists with filters extend it."""

    limit = serializers.IntegerField(
        min_value=1,
        max_value=MAX_LIMIT,
        default=DEFAULT_LIMIT,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value", "max_string_length"), LIMIT),
        help_text="Maximum number of rows on a page.",
    )
    cursor = serializers.CharField(
        required=False, help_text="The next_cursor of the previous page. Send the same filters with it."
    )

    def to_internal_value(self, data: QueryDict) -> dict[str, Any]:
        sent = {name: values for name, values in data.lists() if name in self.fields}
        errors = {name: [REPEATED] for name, values in sent.items() if len(values) > 1}
        errors |= {name: [BLANK] for name, values in sent.items() if values == [""]}
        if errors:
            raise serializers.ValidationError(errors)
        return super().to_internal_value(data.dict())


class PageSerializer(serializers.Serializer[Any]):
    """A page of a list. Subclasses add the rows as `data`."""

    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page.")


def page_of(
    queryset: QuerySet[Model, Row], query: dict[str, Any], *, org_id: int, by: str | None = None
) -> tuple[list[Row], str | None]:
    """Returns the rows, and the cursor of the next page or None. `by`: a `ClockTime` field, for oldest first.

    A cursor is the last row's id, or its time and id, signed for the org and the filters. Raises BadRequest for others.
    """
    filters = {name: value for name, value in query.items() if name not in ("limit", "cursor")}
    signer = Signer(salt=f"cursor {queryset.model.__name__} {org_id} {sorted(filters.items())}")
    last = _last(signer, query["cursor"]) if "cursor" in query else None
    ordered = newest_first(queryset, below=last) if by is None else oldest_first(queryset, by, after=last)
    rows = list(ordered[: query["limit"] + 1])
    if len(rows) <= query["limit"]:
        return rows, None
    row: Any = rows[-2]
    return rows[:-1], signer.sign_object(row.id if by is None else [getattr(row, by).isoformat(), row.id])


def newest_first(queryset: QuerySet[Model, Row], *, below: int | None = None) -> QuerySet[Model, Row]:
    """With `below`, returns only rows with smaller ids."""
    rows: Any = queryset.alias(position=POSITION)
    if below is not None:
        rows = rows.filter(position__lt=below)
    return cast(QuerySet[Model, Row], rows.order_by("-position"))


def oldest_first(
    queryset: QuerySet[Model, Row], by: str, *, after: tuple[str, int] | None = None
) -> QuerySet[Model, Row]:
    """Excludes rows behind which a row can still appear. With `after`, returns only later (time, id)."""
    rows = queryset.order_by(by, "pk")
    if time := settled_before(queryset.model):
        rows = rows.filter(**{f"{by}__lt": time})
    if after is not None:
        last = datetime.fromisoformat(after[0])
        # The first condition limits the scan of the index.
        rows = rows.filter(Q(**{f"{by}__gte": last}) & (Q(**{f"{by}__gt": last}) | Q(pk__gt=after[1])))
    return rows


def _last(signer: Signer, cursor: str) -> Any:
    """The salt ensures that the cursor has the form of this list."""
    try:
        return signer.unsign_object(cursor)
    except BadSignature:
        message = "Send next_cursor unchanged, with the same filters. Omit the cursor to get the first page."
        raise BadRequest(f"cursor: {message}", details=(FieldError("cursor", message),)) from None
