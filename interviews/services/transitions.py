from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from interviews.lifecycle import Status
from interviews.models import InterviewRequest, Transcript


def mark_sent(request: InterviewRequest) -> None:
    """Raises ValueError unless the status is `created`."""
    request.transition_to(Status.SENT, email_sent_at=timezone.now())


@transaction.atomic
def complete_interview(
    request: InterviewRequest, *, content: str, key_answers: Sequence[dict[str, object]] = ()
) -> Transcript:
    """`content` is Markdown. Raises ValueError if the request is completed."""
    request.transition_to(Status.COMPLETED, completed_at=timezone.now())
    transcript: Transcript = Transcript.objects.create(
        org_id=request.org_id, interview_request=request, content=content, key_answers=list(key_answers)
    )
    return transcript
