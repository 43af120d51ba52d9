from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hindsight.db.statements import retried
from interviews.lifecycle import Wording
from interviews.models import InterviewType
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.rules import as_stored, in_current_format
from orgs.actors import Actor
from orgs.audit import record
from orgs.models import Org


class ArchivedTypeError(Exception):
    """The interview type takes no new interview requests."""


def create_interview_type(*, org: Org, guide: dict[str, Any], wording: Wording = Wording.MODEL) -> InterviewType:
    """Raises GuideError, and ValidationError if the name is taken or too long."""
    interview_type = InterviewType(org=org, name=Guide.from_data(guide).name, guide=guide, wording=wording)
    interview_type.full_clean()
    interview_type.save(force_insert=True)
    return interview_type


def duplicate_interview_type(*, interview_type: InterviewType, org: Org, name: str) -> InterviewType:
    """Copies the guide as version 1, and whose words count. `org` may be another one. Raises like
    create_interview_type().
    """
    guide = {**interview_type.guide, "name": name, "version": 1}
    return create_interview_type(org=org, guide=guide, wording=Wording(interview_type.wording))


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


@transaction.atomic
def set_wording(*, org_id: int, interview_type_id: int, wording: Wording) -> InterviewType:
    """Counts from the next question of each interview on. Raises InterviewType.DoesNotExist, and ValidationError if
    nothing would change.
    """
    interview_type = _locked_type(org_id, interview_type_id)
    if interview_type.wording == wording:
        raise ValidationError(f"Paige's follow-ups already have the words of {wording.label}.")
    interview_type.wording = wording
    interview_type.save(update_fields=["wording"])
    return interview_type


def archive_interview_type(*, org_id: int, interview_type_id: int) -> InterviewType:
    """Prevents new interview requests. Existing interviews continue, also those that have not begun.

    Raises InterviewType.DoesNotExist, and ValidationError if it is archived.
    """
    return _set_archived(org_id, interview_type_id, is_archived=True)


def unarchive_interview_type(*, org_id: int, interview_type_id: int) -> InterviewType:
    """Raises InterviewType.DoesNotExist, and ValidationError if it is not archived."""
    return _set_archived(org_id, interview_type_id, is_archived=False)


@transaction.atomic
def _set_archived(org_id: int, interview_type_id: int, *, is_archived: bool) -> InterviewType:
    interview_type = _locked_type(org_id, interview_type_id)
    if (interview_type.archived_at is not None) == is_archived:
        raise ValidationError(f"This interview type is {'already' if is_archived else 'not'} archived.")
    interview_type.archived_at = timezone.now() if is_archived else None
    interview_type.save(update_fields=["archived_at"])
    return interview_type


def _locked_type(org_id: int, interview_type_id: int) -> InterviewType:
    locked = InterviewType.objects.for_org(org_id).select_for_update(no_key=True)
    interview_type: InterviewType = locked.get(pk=interview_type_id)
    return interview_type
