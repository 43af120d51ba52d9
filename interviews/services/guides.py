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
    """Replaces the guide, increments its version, and records the change. Running interviews keep their copy.

    `guide["version"]` must be the stored version (optimistic locking). Raises InterviewType.DoesNotExist, GuideError
    and ValidationError.
    """
    kind = InterviewType.objects.for_org(org_id).select_for_update().get(pk=interview_type_id)
    edited = Guide.from_data(guide)
    if edited.version != kind.guide["version"]:
        raise ValidationError(
            f"This guide is at version {kind.guide['version']} by now; the edit was of version {edited.version}."
        )
    if guide != kind.guide:
        before = guide_text(kind.guide)
        kind.guide = {**guide, "version": edited.version + 1}
        kind.name = edited.name
        kind.full_clean()
        kind.save(update_fields=["guide", "name"])
        record(kind, "guide", before=before, after=guide_text(kind.guide), actor=actor)
    return kind


def guide_text(guide: dict[str, Any]) -> str:
    """The guide for editing: in a fixed order, without the version."""
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
