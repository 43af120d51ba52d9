"""SQL for the lists of interview requests and interview types. Each statement also verifies the API key."""

from typing import NamedTuple

from hindsight.api.json_bodies import body_of
from hindsight.api.pagination import Listing
from interviews.api import bodies
from interviews.api.reads import JOINED, SUMMARY, Body, SummaryRow
from interviews.api.requests import TIME_FILTERS
from interviews.lifecycle import Progress, Status
from interviews.models import InterviewRequest, InterviewType
from orgs.authentication import KEY_IS_VALID


class TypeRow(NamedTuple):
    pk: int
    name: str

    @property
    def id(self) -> str:
        return f"{InterviewType.ID_PREFIX}{self.pk}"

    def body(self) -> Body:
        return body_of(bodies.InterviewTypeSerializer, self)


INTERVIEW_REQUESTS = Listing(
    model=InterviewRequest,
    alias="request",
    row=SummaryRow,
    select=f"""
SELECT {SUMMARY}
{JOINED}
WHERE request.org_id = %(org_id)s AND {KEY_IS_VALID}""",
    conditions={
        "status": "request.status = %(status)s",
        "progress": {
            **{each: f"request.progress = '{each}' AND request.status <> '{Status.COMPLETED}'" for each in Progress},
            Progress.COMPLETED: f"request.status = '{Status.COMPLETED}'",
        },
        "contact_email": "contact.email = %(contact_email)s",
        "deal_id": "request.deal_id = %(deal_id)s",
        "cancelled": {"true": "request.cancelled_at IS NOT NULL", "false": "request.cancelled_at IS NULL"},
    },
    times=TIME_FILTERS,
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
