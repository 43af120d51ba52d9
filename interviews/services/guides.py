"""Editing what an interview type asks."""

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
    """Puts the edited guide in place of the interview type's, one version up; the type is called as its guide is.

    What was there is kept in the audit, as `guide_text` tells it.

    Running interviews keep the guide that they began with. `guide["version"]` is the version that was edited: of two
    who edit one version the second is refused, and nobody's work is overwritten unseen. Without a change nothing is
    written. Raises InterviewType.DoesNotExist (also for another org's), GuideError for a guide that Paige cannot
    follow, and ValidationError.
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
    """A guide to be read and edited, in a fixed order; its version is counted, not typed."""
    fields = ("name", "purpose", "estimated_minutes", "max_turns", "topics", "closing_question")
    return json.dumps({field: _ordered(guide[field]) for field in fields}, ensure_ascii=False, indent=2)


def _ordered(value: Any) -> Any:
    """The parts of a topic in the order in which one reads them: PostgreSQL keeps none."""
    order = ("key", "title", "core", "keywords", "question", "probes", "order", "text")
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=order.index)}
    return value
