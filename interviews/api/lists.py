"""SQL for the lists of interview requests and interview types. Each statement also verifies the API key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from contacts.models import Contact
from hindsight.api.json_bodies import body_of
from hindsight.api.pagination import Listing, Parameters
from hindsight.db.ids import LARGEST_ID
from hindsight.db.keyset import committed_before
from interviews.api import bodies
from interviews.api.etags import etag_of
from interviews.api.reads import CONTACT_HAS_CHANGED, JOINED, JOINS, SUMMARY, Body, SummaryColumns, SummaryRow
from interviews.api.requests import TIME_FILTERS
from interviews.lifecycle import Progress, Status
from interviews.models import InterviewRequest, InterviewType
from orgs.authentication import KEY_IS_VALID


class ListedRow(SummaryRow):
    """With what the parameter `include` asks for."""

    def __init__(self, include: frozenset[str], columns: tuple[Any, ...]) -> None:
        size = len(SummaryColumns._fields)
        super().__init__(columns[:size])
        changed_at, *notes = columns[size:]
        self.etag = etag_of(self.versions) if "etag" in include else None
        self.included = {"notes": notes[0]} if notes else {}
        # Of the change that the row is listed for, if the list is by time of change.
        self.changed_at = changed_at or self.stored.updated_at

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
    # The second condition lets PostgreSQL use the partial index.
    "contact_external_id": "contact.external_id = %(contact_external_id)s AND contact.external_id <> '' "
    "AND contact.org_id = %(org_id)s",
    "deal_id": "request.deal_id = %(deal_id)s",
    "cancelled": {"true": "request.cancelled_at IS NOT NULL", "false": "request.cancelled_at IS NULL"},
}


# Alias of the table whose change is one of an interview request, and which of its rows count.
CHANGED = {"request": "true", "contact": CONTACT_HAS_CHANGED}

CHANGES = """
SELECT * FROM (
    SELECT request.id AS id, {changed}.updated_at AS time
    FROM interviews_interviewrequest AS request
    JOIN contacts_contact AS contact ON contact.id = request.contact_id
    WHERE {changed}.org_id = %(org_id)s AND {changed}.updated_at >= %(last_time)s
      AND ({changed}.updated_at, request.id) > (%(last_time)s, %(last_id)s) AND {condition}
    ORDER BY {changed}.updated_at, request.id
    LIMIT {limit}
) AS of_{changed}"""
COMMITTED = "{changed}.updated_at < %(end)s"

MERGED = """
SELECT {columns}
FROM ({changes} ORDER BY time, id LIMIT {limit}) AS change
JOIN interviews_interviewrequest AS request ON request.id = change.id {joins}
WHERE {key_is_valid}
ORDER BY change.time, change.id"""


@dataclass(frozen=True)
class InterviewRequestListing(Listing[ListedRow]):
    """With `updated_after`, merges two lists, each of which an index reads: the interview requests by their own time,
    and those of the contacts by the contact's. So a row can be found at both. It is shown at the later one, its
    `updated_at`, and left out at the earlier one, which keeps its place in the cursor: a page reads `limit` rows of
    each list, however many are left out.
    """

    columns: str = ""

    def statement(
        self, filters: Parameters, *, limit: int, last: tuple[datetime | None, int] | None = None
    ) -> tuple[str, Parameters]:
        if "updated_after" not in filters:
            return super().statement(filters, limit=limit, last=last)
        time, id = last or (filters["updated_after"], LARGEST_ID)
        end = committed_before(InterviewRequest, Contact)
        parameters = {**filters, "last_time": time, "last_id": id, "end": end}
        every = self.conditions_of(filters) + ([COMMITTED] if end else [])
        changes = " UNION ALL ".join(
            CHANGES.format(changed=changed, condition=" AND ".join([*every, own]).format(changed=changed), limit=limit)
            for changed, own in CHANGED.items()
        )
        columns = self.columns.format(changed_at="CAST(change.time AS text)")
        shared = {"changes": changes, "limit": limit, "joins": JOINS, "key_is_valid": KEY_IS_VALID}
        return MERGED.format(columns=columns, **shared), parameters

    def order_time(self, filters: Parameters) -> str:
        return "changed_at" if "updated_after" in filters else super().order_time(filters)


@cache
def interview_requests(include: frozenset[str] = frozenset()) -> InterviewRequestListing:
    columns = f"{SUMMARY}, {{changed_at}}{', contact.notes' if 'notes' in include else ''}"
    return InterviewRequestListing(
        model=InterviewRequest,
        alias="request",
        row=partial(ListedRow, include),
        columns=columns,
        select=f"""
SELECT {columns.format(changed_at="''")}
{JOINED}
WHERE request.org_id = %(org_id)s AND {KEY_IS_VALID}""",
        conditions=CONDITIONS,
        times=TIME_FILTERS,
        length=lambda row: row.length,
        is_shown=lambda row: row.changed_at == row.stored.updated_at,
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
