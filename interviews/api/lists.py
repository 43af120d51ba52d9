"""The SQL of the lists. It also verifies the API key: for an invalid key, a page has no rows."""

from typing import NamedTuple

from hindsight.api.pagination import Listing
from interviews.api.reads import SUMMARY, Body, Summary
from interviews.api.serializers import TIME_FILTERS
from interviews.models import InterviewRequest, InterviewType
from orgs.live_keys import KEY_IS_LIVE

INTERVIEW_REQUESTS = Listing(
    model=InterviewRequest,
    alias="request",
    row=Summary._make,
    select=f"""
SELECT {SUMMARY}
FROM interviews_interviewrequest AS request
JOIN contacts_contact AS contact ON contact.id = request.contact_id
WHERE request.org_id = %(org_id)s AND {KEY_IS_LIVE}""",  # noqa: S608
    conditions={
        "status": "request.status = %(status)s",
        "contact_email": "contact.email = %(contact_email)s",
        "deal_id": "request.deal_id = %(deal_id)s",
    },
    times=TIME_FILTERS,
)


class TypeRow(NamedTuple):
    id: int
    name: str

    def body(self) -> Body:
        return {"id": f"{InterviewType.ID_PREFIX}{self.id}", "name": self.name}


INTERVIEW_TYPES = Listing(
    model=InterviewType,
    alias="type",
    row=TypeRow._make,
    select=f"""
SELECT type.id, type.name
FROM interviews_interviewtype AS type
WHERE type.org_id = %(org_id)s AND type.archived_at IS NULL AND {KEY_IS_LIVE}""",  # noqa: S608
)
