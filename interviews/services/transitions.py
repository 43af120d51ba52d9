from collections.abc import Collection
from typing import Unpack

from django.db import transaction

from hindsight.db.versions import ClockTime
from interviews.lifecycle import WISHES, Flag, Progress, Status
from interviews.models import InterviewRequest, Transcript, Wish
from interviews.paige.findings import Findings
from interviews.services.drivers import create_drivers
from interviews.services.transcript_search import index_answers
from webhooks.services.events import record_event


@transaction.atomic
def complete_interview(
    interview_request: InterviewRequest, *, content: str, **findings: Unpack[Findings]
) -> Transcript:
    """`content` is Markdown. Raises ValueError if the interview request is completed."""
    interview_request.transition_to(Status.COMPLETED, completed_at=ClockTime(), progress=Progress.COMPLETED)
    transcript: Transcript = Transcript.objects.create(
        org_id=interview_request.org_id, interview_request=interview_request, content=content, **findings
    )
    create_drivers(transcript)
    index_answers(transcript)
    record_interview_event("interview.completed", interview_request)
    return transcript


def locked_request(interview_request: InterviewRequest) -> InterviewRequest:
    """Locks the row until the transaction ends, so that nobody cancels it or replaces its survey link.

    Raises InterviewRequest.DoesNotExist if the survey link was replaced.
    """
    rows = InterviewRequest.objects.select_for_update(of=("self",), no_key=True)
    locked: InterviewRequest = rows.get(pk=interview_request.pk, survey_token=interview_request.survey_token)
    return locked


def change_flags(
    interview_request: InterviewRequest,
    *,
    raised: Collection[Flag] = (),
    withdrawn: Collection[Flag] = (),
    reason_changed: bool = False,
    progress: Progress | None = None,
) -> None:
    """Locks the interview request until the transaction ends. Raises InterviewRequest.DoesNotExist.

    A change creates a new version and an event for the customer.
    """
    row = locked_request(interview_request)
    before = {*row.raised_flags}
    after = (before | {*raised}) - {*withdrawn}
    if after != before or reason_changed:
        row.progress = progress or row.progress
        row.save_flags(after)
        _change_wishes(row, raised=after - before, withdrawn=before - after)
        record_interview_event("interview.flagged", row)


def _change_wishes(row: InterviewRequest, *, raised: Collection[Flag], withdrawn: Collection[Flag]) -> None:
    """A wish that is raised again is open again."""
    Wish.objects.filter(interview_request=row, kind__in=withdrawn, done_at=None).delete()
    for kind in {*WISHES} & {*raised}:
        Wish.objects.update_or_create(
            interview_request=row, kind=kind, defaults={"done_at": None}, create_defaults={"org_id": row.org_id}
        )


def change_progress(interview_request: InterviewRequest, progress: Progress, event_type: str) -> None:
    """Call it in a transaction that has locked the conversation."""
    interview_request.progress = progress
    InterviewRequest.objects.filter(pk=interview_request.pk).update(progress=progress)
    record_interview_event(event_type, interview_request, progress=progress)


def record_interview_event(event_type: str, interview_request: InterviewRequest, **more: str) -> None:
    """Call it in the transaction of the change. `more`: of the data. Equal events are sent once."""
    record_event(
        org_id=interview_request.org_id,
        event_type=event_type,
        interview_request_id=interview_request.pk,
        data={"deal_id": interview_request.deal_id or None, "status": interview_request.status, **more},
    )
