import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from interviews.models import InterviewType
from interviews.paige.guide import Guide
from orgs.actors import Actor
from orgs.audit import record


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
    if guide != interview_type.guide:
        before = guide_text(interview_type.guide)
        interview_type.guide = {**guide, "version": edited.version + 1}
        interview_type.name = edited.name
        interview_type.full_clean()
        interview_type.save(update_fields=["guide", "name"])
        record(interview_type, "guide", before=before, after=guide_text(interview_type.guide), actor=actor)
    return interview_type


def guide_text(guide: dict[str, Any]) -> str:
    """Returns the guide as JSON in a fixed order, without the version."""
    fields = ("name", "purpose", "estimated_minutes", "max_turns", "topics", "closing_question")
    return json.dumps({field: _ordered(guide[field]) for field in fields}, ensure_ascii=False, indent=2)


def _ordered(value: Any) -> Any:
    """PostgreSQL does not keep the order of JSON keys."""
    order = ("key", "title", "core", "keywords", "question", "probes", "order", "text")
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=order.index)}
    return value
