from collections import Counter

from django.core.exceptions import ValidationError
from django.db import transaction

from interviews.models import InterviewRequest
from interviews.paige.guide.guide import Guide
from interviews.paige.objective.steering import Picks, picks_text, unknown_keys
from orgs.actors import Actor
from orgs.audit import overwrite


@transaction.atomic
def pick_topics(*, org_id: int, interview_request_id: int, picks: Picks | None, actor: Actor) -> None:
    """Records the replaced picks in the audit. With None, objective and notes decide again.

    Raises InterviewRequest.DoesNotExist (also for another org's row), GuideError, and ValidationError if the interview
    is completed, the guide lacks a topic or a topic is picked twice.
    """
    rows = InterviewRequest.objects.for_org(org_id).select_related("interview_type", "conversation")
    row: InterviewRequest = rows.select_for_update(of=("self",), no_key=True).get(pk=interview_request_id)
    if row.is_completed:
        raise ValidationError("The interview is completed, so topics can no longer be picked.")
    if picks is not None:
        _check(picks, Guide.from_data(row.guide))
    overwrite((row, {"picks": picks_text(picks)}), actor=actor)


def _check(picks: Picks, guide: Guide) -> None:
    counts = Counter((*picks.emphasize, *picks.avoid))
    errors = [f"The guide has no topic {key}." for key in unknown_keys(picks_text(picks), guide)]
    errors += [f"The topic {key} is picked twice." for key, count in counts.items() if count > 1]
    if errors:
        raise ValidationError(errors)
