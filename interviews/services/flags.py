from collections.abc import Collection

from interviews.lifecycle import Flag
from interviews.models import InterviewRequest
from interviews.services.progress import record_progress


def change_flags(
    interview_request: InterviewRequest,
    *,
    raised: Collection[Flag] = (),
    withdrawn: Collection[Flag] = (),
    reason_changed: bool = False,
) -> None:
    """Locks the interview request until the transaction ends.

    A change creates a new version and an event for the customer.
    """
    row = InterviewRequest.objects.select_for_update(of=("self",)).get(pk=interview_request.pk)
    before = {*row.raised_flags}
    after = (before | {*raised}) - {*withdrawn}
    if after != before or reason_changed:
        row.save_flags(after)
        record_progress("interview.flagged", row)
