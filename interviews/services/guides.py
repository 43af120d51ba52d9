"""Editing what an interview type asks."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from interviews.models import InterviewType
from interviews.paige.guide import Guide


@transaction.atomic
def edit_guide(*, org_id: int, interview_type_id: int, guide: dict[str, Any]) -> InterviewType:
    """Puts the edited guide in place of the interview type's, one version up; the type is called as its guide is.

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
        kind.guide = {**guide, "version": edited.version + 1}
        kind.name = edited.name
        kind.full_clean()
        kind.save(update_fields=["guide", "name"])
    return kind
