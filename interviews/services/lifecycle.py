"""Steps in the life of an interview request. See interviews.lifecycle."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from interviews.lifecycle import Status
from interviews.models import InterviewRequest, Transcript


def mark_sent(request: InterviewRequest) -> None:
    """The invitation has gone out."""
    request.status = Status.SENT
    request.email_sent_at = timezone.now()
    request.save(update_fields=["status", "email_sent_at", "updated_at"])


@transaction.atomic
def complete_interview(
    request: InterviewRequest, *, content: str, key_answers: Sequence[dict[str, object]] = ()
) -> Transcript:
    """The interview is over; `content` is its transcript, in Markdown. Raises IntegrityError the second time."""
    transcript = Transcript.objects.create(
        org_id=request.org_id, interview_request=request, content=content, key_answers=list(key_answers)
    )
    request.status = Status.COMPLETED
    request.completed_at = timezone.now()
    request.save(update_fields=["status", "completed_at", "updated_at"])
    return transcript
