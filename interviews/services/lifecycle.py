"""Steps in the life of an interview request. See interviews.lifecycle."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from interviews.lifecycle import NEXT_STATUSES, Status
from interviews.models import InterviewRequest, Transcript


def mark_sent(request: InterviewRequest) -> None:
    """The invitation has gone out. Raises ValueError for a request of which it has, or whose interview is over."""
    _become(request, Status.SENT, email_sent_at=timezone.now())


@transaction.atomic
def complete_interview(
    request: InterviewRequest, *, content: str, key_answers: Sequence[dict[str, object]] = ()
) -> Transcript:
    """The interview is over; `content` is its transcript, in Markdown. Raises ValueError the second time."""
    _become(request, Status.COMPLETED, completed_at=timezone.now())
    transcript: Transcript = Transcript.objects.create(
        org_id=request.org_id, interview_request=request, content=content, key_answers=list(key_answers)
    )
    return transcript


def _become(request: InterviewRequest, status: Status, **changes: datetime) -> None:
    if status not in NEXT_STATUSES[request.status]:
        raise ValueError(f"An interview request does not go from {request.status} to {status}.")
    for field, value in {"status": status, **changes}.items():
        setattr(request, field, value)
    request.save(update_fields=["status", *changes, "updated_at"])
