"""Pages of a list, newest first, that cost the same at any depth and stay whole while rows come and go."""

from typing import Any, TypeVar, cast

from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet
from rest_framework import serializers

from hindsight.api.errors import BadRequest, FieldError
from hindsight.api.serializers import StrictSerializer
from hindsight.db.position import POSITION

MAX_LIMIT = 100
DEFAULT_LIMIT = 25

Row = TypeVar("Row", bound=Model)


class PageQuery(StrictSerializer):
    """The query of every list; a list with filters adds its own."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT, help_text="How many rows a page has at most."
    )
    cursor = serializers.CharField(required=False, help_text="next_cursor of the page before, with the same filters.")


def page_of(queryset: QuerySet[Row], query: dict[str, Any], *, org_id: int) -> tuple[list[Row], str | None]:
    """The rows of the page that `query` (validated by a PageQuery) asks for, and the cursor of the next.

    A cursor names the last row of its page by id: the next page begins below it, wherever that is by then. It is
    signed for the org and the filters, and good for nothing else. Raises BadRequest.
    """
    filters = {name: value for name, value in query.items() if name not in ("limit", "cursor")}
    signer = Signer(salt=f"cursor {queryset.model.__name__} {org_id} {sorted(filters.items())}")
    last_id = _last_id(signer, query["cursor"]) if "cursor" in query else None
    rows = list(newest_first(queryset, below=last_id)[: query["limit"] + 1])
    if len(rows) <= query["limit"]:
        return rows, None
    return rows[:-1], signer.sign_object(rows[-2].pk)


def newest_first(queryset: QuerySet[Row], *, below: int | None = None) -> QuerySet[Row]:
    """The rows in the order of a list, from those on whose ids are below the one given."""
    rows: Any = queryset.alias(position=POSITION)
    if below is not None:
        rows = rows.filter(position__lt=below)
    return cast(QuerySet[Row], rows.order_by("-position"))


def _last_id(signer: Signer, cursor: str) -> int:
    try:
        return int(signer.unsign_object(cursor))
    except BadSignature:
        message = "Send next_cursor as given, with the filters it was given for; for the first page, leave it out."
        raise BadRequest(f"cursor: {message}", details=(FieldError("cursor", message),)) from None
