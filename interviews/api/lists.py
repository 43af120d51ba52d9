"""SQL for the lists of interview requests and interview types. Each statement also verifies the API key."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from hindsight.api.json_bodies import body_of
from hindsight.api.pagination import Listing
from interviews.api import bodies
from interviews.api.etags import etag_of
from interviews.api.reads import JOINED, SUMMARY, Body, SummaryColumns, SummaryRow
from interviews.api.requests import TIME_FILTERS
from interviews.lifecycle import Progress, Status
from interviews.models import InterviewRequest, InterviewType
from orgs.authentication import KEY_IS_VALID


class ListedRow(SummaryRow):
    """With what the parameter `include` asks for."""

    def __init__(self, include: frozenset[str], columns: tuple[Any, ...]) -> None:
        size = len(SummaryColumns._fields)
        super().__init__(columns[:size])
        self.etag = etag_of(self.versions) if "etag" in include else None
        self.included = {"notes": columns[size]} if "notes" in include else {}

    @property
    def contact(self) -> Body:
        return {**super().contact, **self.included}

    @property
    def length(self) -> int:
        return sum(map(len, self.included.values()))

    def body(self) -> Body:
        body = body_of(bodies.InterviewRequestSummarySerializer, self)
        return body if self.etag else {name: value for name, value in body.items() if name != "etag"}


class TypeRow(NamedTuple):
    pk: int
    name: str

    @property
    def id(self) -> str:
        return f"{InterviewType.ID_PREFIX}{self.pk}"

    def body(self) -> Body:
        return body_of(bodies.InterviewTypeSerializer, self)


CONDITIONS: Mapping[str, str | Mapping[Any, str]] = {
    "status": "request.status = %(status)s",
    "progress": {
        **{each: f"request.progress = '{each}' AND request.status <> '{Status.COMPLETED}'" for each in Progress},
        Progress.COMPLETED: f"request.status = '{Status.COMPLETED}'",
    },
    "contact_email": "contact.email = %(contact_email)s",
    "deal_id": "request.deal_id = %(deal_id)s",
    "cancelled": {"true": "request.cancelled_at IS NOT NULL", "false": "request.cancelled_at IS NULL"},
}


@cache
def interview_requests(include: frozenset[str] = frozenset()) -> Listing[ListedRow]:
    return Listing(
        model=InterviewRequest,
        alias="request",
        row=partial(ListedRow, include),
        select=f"""
SELECT {SUMMARY}{", contact.notes" if "notes" in include else ""}
{JOINED}
WHERE request.org_id = %(org_id)s AND {KEY_IS_VALID}""",
        conditions=CONDITIONS,
        times=TIME_FILTERS,
        length=lambda row: row.length,
    )


INTERVIEW_TYPES = Listing(
    model=InterviewType,
    alias="type",
    row=TypeRow._make,
    select=f"""
SELECT type.id, type.name
FROM interviews_interviewtype AS type
WHERE type.org_id = %(org_id)s AND type.archived_at IS NULL AND {KEY_IS_VALID}""",  # noqa: S608
)
