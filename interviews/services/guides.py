from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from hindsight.db.statements import retried
from interviews.models import InterviewType
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.rules import as_stored, in_current_format
from orgs.actors import Actor
from orgs.audit import record


@retried
@transaction.atomic
def edit_guide(*, org_id: int, interview_type_id: int, guide: dict[str, Any], actor: Actor) -> InterviewType:
    """Replaces the guide, increments its version, and records the change in the audit.

    Running conversations keep their copy. `guide["version"]` must be the stored version (optimistic locking). An equal
    guide changes nothing. Raises InterviewType.DoesNotExist (also for another org's), GuideError and ValidationError.
    """
    interview_type = InterviewType.objects.for_org(org_id).select_for_update().get(pk=interview_type_id)
    edited = Guide.from_data(guide)
    if edited.version != interview_type.guide["version"]:
        raise ValidationError(
            f"This guide is now at version {interview_type.guide['version']}; your edit is of version {edited.version}."
        )
    if in_current_format(guide) != in_current_format(interview_type.guide):
        before = interview_type.guide_text
        interview_type.guide = {**as_stored(guide), "version": edited.version + 1}
        interview_type.name = edited.name
        interview_type.full_clean()
        interview_type.save(update_fields=["guide", "name"])
        record(interview_type, "guide", before=before, actor=actor)
    return interview_type
