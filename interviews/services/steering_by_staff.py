"""Topics that staff pick, and subjects that they correct. With None, what objective and notes say counts again.

The audit keeps what is replaced. Both are closed after completion.
"""

from collections import Counter

from django.core.exceptions import ValidationError
from django.db import transaction

from interviews.models import InterviewRequest
from interviews.paige.guide.guide import Guide
from interviews.paige.objective import (
    MAX_LENGTH,
    CorrectedSubjects,
    Picks,
    is_plain,
    picks_text,
    subjects_text,
    unknown_keys,
)
from orgs.actors import Actor
from orgs.audit import overwrite

MAX_CORRECTED = 12


@transaction.atomic
def pick_topics(*, org_id: int, interview_request_id: int, picks: Picks | None, actor: Actor) -> None:
    """Raises InterviewRequest.DoesNotExist (also for another org's row), GuideError, and ValidationError if the
    interview is completed, the guide lacks a topic or a topic is picked twice.
    """
    row = _locked_unless_completed(org_id, interview_request_id)
    if picks is not None:
        guide = Guide.from_data(row.guide)
        counts = Counter((*picks.emphasize, *picks.avoid))
        errors = [f"The guide has no topic {key}." for key in unknown_keys(picks_text(picks), guide)]
        errors += [f"The topic {key} is picked twice." for key, count in counts.items() if count > 1]
        if errors:
            raise ValidationError(errors)
    overwrite((row, {"picks": picks_text(picks)}), actor=actor)


@transaction.atomic
def correct_subjects(
    *, org_id: int, interview_request_id: int, subjects: CorrectedSubjects | None, actor: Actor
) -> None:
    """Raises InterviewRequest.DoesNotExist (also for another org's row), and ValidationError if the interview is
    completed or a subject is not valid.
    """
    row = _locked_unless_completed(org_id, interview_request_id)
    if subjects is not None:
        check_subjects(subjects)
    overwrite((row, {"subjects": subjects_text(subjects)}), actor=actor)


def check_subjects(subjects: CorrectedSubjects) -> None:
    """Raises ValidationError."""
    errors = [
        f"“{each}” is not a subject: enter at most {MAX_LENGTH} letters, digits, spaces and - & / . ' + #."
        for each in subjects.every
        if not is_plain(each)
    ]
    if len(subjects.every) > MAX_CORRECTED:
        errors.append(f"Enter at most {MAX_CORRECTED} subjects.")
    if errors:
        raise ValidationError(errors)


def _locked_unless_completed(org_id: int, interview_request_id: int) -> InterviewRequest:
    rows = InterviewRequest.objects.for_org(org_id).select_related("interview_type", "conversation")
    row: InterviewRequest = rows.select_for_update(of=("self",), no_key=True).get(pk=interview_request_id)
    if row.is_completed:
        raise ValidationError("The interview is completed, so its topics and subjects can no longer be changed.")
    return row
