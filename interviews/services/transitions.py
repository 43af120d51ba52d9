from typing import Unpack

from django.db import transaction
from django.utils import timezone

from hindsight.db.versions import ClockTime
from interviews.lifecycle import Status
from interviews.models import InterviewRequest, Transcript
from interviews.paige.findings.findings import Findings
from interviews.services.progress import record_progress


def mark_sent(interview_request: InterviewRequest) -> None:
    """Raises ValueError unless the status is `created`."""
    interview_request.transition_to(Status.SENT, email_sent_at=timezone.now())


@transaction.atomic
def complete_interview(
    interview_request: InterviewRequest, *, content: str, **findings: Unpack[Findings]
) -> Transcript:
    """`content` is Markdown. Raises ValueError if the interview request is completed."""
    interview_request.transition_to(Status.COMPLETED, completed_at=ClockTime())
    transcript: Transcript = Transcript.objects.create(
        org_id=interview_request.org_id,
        interview_request=interview_request,
        content=content,
        **findings,
    )
    record_progress("interview.completed", interview_request)
    return transcript
