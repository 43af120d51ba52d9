from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from deals.files import shown_values
from deals.models import FIELDS as DEAL_FIELDS
from hindsight.db.keyset import in_pages
from hindsight.text.record_files import Record
from hindsight.text.timestamps import shown_time
from hindsight.text.visible import visible
from interviews.lifecycle import progress_of
from interviews.models import Conversation, Driver, InterviewRequest
from interviews.paige.summary import shown_findings
from interviews.paige.turn.brief import vendor_of
from interviews.services.drivers import SHOWN, SHOWN_OR_NULL
from interviews.services.state import conversation_of, declined_conversation, rating_of

PAGE = 500
DEAL = "reported_deal"
"""By a join: Django would prefetch all deals of the org."""

OWN_TEXTS = ("objective", "picks", "subjects")
OWN_TIMES = ("created_at", "email_sent_at", "completed_at", "cancelled_at")

# Paths into the record.
COLUMNS = (
    *("interview_request_id", "interview_type", "deal_id", "status", *OWN_TEXTS, "flags", *OWN_TIMES, "updated_at"),
    *(f"contact.{name}" for name in ("id", "email", "name", "external_id", "notes")),
    *(f"transcript.{name}" for name in ("document_id", "content", "created_at")),
    *(f"decline.{name}" for name in ("reason", "comment", "declined_at")),
    *("rating", "progress", "started_at", "last_activity_at"),
    *(f"deal.{field}" for field in DEAL_FIELDS),
    "org",
)


def export_interview_requests(selected: QuerySet[InterviewRequest]) -> Iterator[Record]:
    """Yields the oldest first. Fetches related rows by id, because PostgreSQL may plan a join over the whole tables."""
    related = ("org", "contact", "interview_type", "transcript", _without_guide())
    yield from map(record_of, in_pages(selected.select_related(DEAL).prefetch_related(*related), PAGE))


def record_of(interview_request: InterviewRequest) -> Record:
    """Omits the survey link: anyone who has the link can answer."""
    deal: Any = interview_request.reported_deal
    contact, transcript = interview_request.contact, getattr(interview_request, "transcript", None)
    conversation = conversation_of(interview_request)
    return {
        "interview_request_id": interview_request.pk,
        "org": interview_request.org.slug,
        "interview_type": interview_request.interview_name,
        "deal_id": interview_request.deal_id or None,
        "status": interview_request.status,
        **{name: getattr(interview_request, name) or None for name in OWN_TEXTS},
        "flags": interview_request.raised_flags,
        **{name: shown_time(getattr(interview_request, name)) for name in OWN_TIMES},
        "updated_at": shown_time(interview_request.last_change),
        "contact": {
            "id": contact.public_id,
            "email": contact.email,
            "name": contact.name,
            "external_id": contact.external_id or None,
            "notes": contact.notes,
        },
        "transcript": transcript
        and {
            "document_id": transcript.public_id,
            **shown_findings(vars(transcript), vendor_of(interview_request.org.name)),
            "created_at": shown_time(transcript.created_at),
        },
        "decline": _decline(interview_request),
        "rating": rating_of(interview_request),
        "progress": progress_of(interview_request.status, interview_request.progress),
        "started_at": shown_time(conversation.consented_at if conversation else None),
        "last_activity_at": shown_time(conversation.last_activity_at if conversation else None),
        "deal": deal and shown_values(deal),
    }


OF_DEAL = ("outcome", "competitor", "segment", "owner")
DRIVER_COLUMNS = (
    *("driver_id", "org", "interview_request_id", "interview_type", "completed_at"),
    *("deal_id", *OF_DEAL),
    *("topic", "title", "direction", "quote", "turn", "start", "end", "is_reason", "is_decisive"),
    *("about", "about_name", "source", "tags", "comment", "review"),
)


def export_drivers(selected: QuerySet[InterviewRequest]) -> Iterator[Record]:
    """In the order of the interview requests and of their transcripts."""
    drivers = Prefetch("drivers", Driver.objects.order_by("start"))
    related = ("org", "interview_type", _without_guide(), drivers)
    for row in in_pages(selected.select_related(DEAL).prefetch_related(*related), PAGE):
        yield from (driver_record(row, driver) for driver in row.drivers.all())


def driver_record(interview_request: InterviewRequest, driver: Driver) -> Record:
    deal: Any = interview_request.reported_deal
    return {
        "driver_id": driver.public_id,
        "org": interview_request.org.slug,
        "interview_request_id": interview_request.pk,
        "interview_type": interview_request.interview_name,
        "completed_at": shown_time(driver.completed_at),
        "deal_id": interview_request.deal_id or None,
        **{name: (deal and getattr(deal, name)) or None for name in OF_DEAL},
        **{name: getattr(driver, name) for name in SHOWN},
        **{name: getattr(driver, name) or None for name in (*SHOWN_OR_NULL, "comment")},
        "quote": visible(driver.quote),
    }


def _without_guide() -> Any:
    return Prefetch("conversation", Conversation.objects.defer("guide"))


def _decline(interview_request: InterviewRequest) -> Record | None:
    declined = declined_conversation(interview_request)
    if declined is None:
        return None
    return {
        "reason": declined.decline_reason or None,
        "comment": visible(declined.decline_comment) or None,
        "declined_at": shown_time(declined.declined_at),
    }
