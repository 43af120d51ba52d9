"""Steps in the life of an interview request. See interviews.lifecycle."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from interviews.lifecycle import Status
from interviews.models import InterviewRequest, Transcript


def mark_sent(request: InterviewRequest) -> None:
    """The invitation has gone out. Raises ValueError for a request of which it has, or whose interview is over."""
    request.transition_to(Status.SENT, email_sent_at=timezone.now())


@transaction.atomic
def complete_interview(
    request: InterviewRequest, *, content: str, key_answers: Sequence[dict[str, object]] = ()
) -> Transcript:
    """The interview is over; `content` is its transcript, in Markdown. Raises ValueError the second time."""
    request.transition_to(Status.COMPLETED, completed_at=timezone.now())
    transcript: Transcript = Transcript.objects.create(
        org_id=request.org_id, interview_request=request, content=content, key_answers=list(key_answers)
    )
    return transcript
