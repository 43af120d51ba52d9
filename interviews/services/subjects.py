from django.core.exceptions import ValidationError
from django.db import transaction

from interviews.models import InterviewRequest
from interviews.paige.objective.subjects import MAX_LENGTH, CorrectedSubjects, is_plain, subjects_text
from orgs.actors import Actor
from orgs.audit import overwrite

MAX_CORRECTED = 12


@transaction.atomic
def correct_subjects(
    *, org_id: int, interview_request_id: int, subjects: CorrectedSubjects | None, actor: Actor
) -> None:
    """Records the replaced subjects in the audit. With None, those that the objective names count again.

    Raises InterviewRequest.DoesNotExist (also for another org's row), and ValidationError if the interview is completed
    or a subject is not valid.
    """
    rows = InterviewRequest.objects.for_org(org_id).select_for_update(of=("self",), no_key=True)
    row: InterviewRequest = rows.get(pk=interview_request_id)
    if row.is_completed:
        raise ValidationError("The interview is completed, so its subjects can no longer be corrected.")
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
