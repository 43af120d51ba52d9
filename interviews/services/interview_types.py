from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hindsight.db.statements import retried
from hindsight.text.languages import language_name
from interviews.lifecycle import Wording
from interviews.models import InterviewType
from interviews.paige.guide.guide import Guide, GuideError
from interviews.paige.guide.rules import Remark, as_stored, in_current_format
from interviews.paige.language import written_in
from orgs.actors import Actor
from orgs.audit import record
from orgs.models import Org

DRAFT = ("draft", "drafted_by", "drafted_at")


class ArchivedTypeError(Exception):
    """The interview type takes no new interview requests."""


def create_interview_type(*, org: Org, guide: dict[str, Any], wording: Wording = Wording.MODEL) -> InterviewType:
    """Raises GuideError, and ValidationError if the name is taken or too long."""
    return _inserted(InterviewType(org=org, name=_publishable(guide).name, guide=guide, wording=wording))


def copy_to_test_room(*, interview_type: InterviewType, room: Org) -> InterviewType:
    """Copies the guide as version 1, and whose words count. Raises ValidationError if the room has this name."""
    guide = {**interview_type.guide, "version": 1}
    return _inserted(InterviewType(org=room, name=interview_type.name, guide=guide, wording=interview_type.wording))


def create_draft(
    *, org: Org, guide: dict[str, Any], language: str, actor: Actor, wording: str = Wording.MODEL
) -> InterviewType:
    """Creates an archived interview type, so that nobody gets it before its draft is published. `guide` may be invalid.
    `language`: of the draft.

    Raises ValidationError if the name is taken or too long.
    """
    interview_type = InterviewType(
        org=org, name=guide["name"], guide={**guide, "version": 1}, wording=wording, archived_at=timezone.now()
    )
    _set_draft(interview_type, {**interview_type.guide, "language": language}, actor)
    return _inserted(interview_type)


def _inserted(interview_type: InterviewType) -> InterviewType:
    interview_type.full_clean()
    interview_type.save(force_insert=True)
    return interview_type


@transaction.atomic
def save_draft(*, org_id: int, interview_type_id: int, guide: dict[str, Any], actor: Actor) -> InterviewType:
    """Stores a guide that may be invalid. Interviews do not get it. Raises InterviewType.DoesNotExist."""
    interview_type = _locked_type(org_id, interview_type_id)
    _set_draft(interview_type, guide, actor)
    interview_type.save(update_fields=DRAFT)
    return interview_type


@transaction.atomic
def discard_draft(*, org_id: int, interview_type_id: int) -> InterviewType:
    """An interview type that was never published stays archived. Raises InterviewType.DoesNotExist, and ValidationError
    if there is no draft.
    """
    interview_type = _locked_type(org_id, interview_type_id)
    if interview_type.draft is None:
        raise ValidationError("There is no draft.")
    _remove_draft(interview_type)
    interview_type.save(update_fields=DRAFT)
    return interview_type


def _set_draft(interview_type: InterviewType, guide: dict[str, Any], actor: Actor) -> None:
    interview_type.draft, interview_type.drafted_by, interview_type.drafted_at = guide, actor.name, timezone.now()


def _remove_draft(interview_type: InterviewType) -> None:
    interview_type.draft, interview_type.drafted_by, interview_type.drafted_at = None, "", None


@retried
@transaction.atomic
def edit_guide(*, org_id: int, interview_type_id: int, guide: dict[str, Any], actor: Actor) -> InterviewType:
    """Publishes a guide: increments its version, records the change in the audit, removes the draft, and takes the
    interview type out of the archive.

    Running conversations keep their copy. `guide["version"]` must be the stored version (optimistic locking). The
    version of an equal guide stays. Raises InterviewType.DoesNotExist (also for another org's), GuideError and
    ValidationError.
    """
    interview_type = InterviewType.objects.for_org(org_id).select_for_update().get(pk=interview_type_id)
    edited = _publishable(guide)
    if edited.version != interview_type.guide["version"]:
        raise ValidationError(
            f"This guide is now at version {interview_type.guide['version']}; your edit is of version {edited.version}."
        )
    before, is_changed = interview_type.guide_text, in_current_format(guide) != in_current_format(interview_type.guide)
    if is_changed:
        interview_type.guide = {**as_stored(guide), "version": edited.version + 1}
        interview_type.name = edited.name
    if is_changed or interview_type.draft or interview_type.archived_at:
        _remove_draft(interview_type)
        interview_type.archived_at = None
        interview_type.full_clean()
        interview_type.save(update_fields=["guide", "name", "archived_at", *DRAFT])
    if is_changed:
        record(interview_type, "guide", before=before, actor=actor)
    return interview_type


def _publishable(guide: dict[str, Any]) -> Guide:
    """Raises GuideError, also for questions in another language than the guide's."""
    parsed = Guide.from_data(guide)
    written = written_in((topic.question for topic in parsed.topics), parsed.language)
    if written != parsed.language:
        text = f"The questions are {language_name(written)}. Translate them to {language_name(parsed.language)}."
        raise GuideError([Remark(("language",), text)])
    return parsed


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
    """Raises InterviewType.DoesNotExist, and ValidationError if it is not archived, or its guide is not valid."""
    return _set_archived(org_id, interview_type_id, is_archived=False)


@transaction.atomic
def _set_archived(org_id: int, interview_type_id: int, *, is_archived: bool) -> InterviewType:
    interview_type = _locked_type(org_id, interview_type_id)
    if (interview_type.archived_at is not None) == is_archived:
        raise ValidationError(f"This interview type is {'already' if is_archived else 'not'} archived.")
    if not is_archived:
        try:
            _publishable(interview_type.guide)
        except GuideError as error:
            raise ValidationError(["The guide cannot be used. Edit and publish it.", *error.lines]) from None
    interview_type.archived_at = timezone.now() if is_archived else None
    interview_type.save(update_fields=["archived_at"])
    return interview_type


def _locked_type(org_id: int, interview_type_id: int) -> InterviewType:
    locked = InterviewType.objects.for_org(org_id).select_for_update(no_key=True)
    interview_type: InterviewType = locked.get(pk=interview_type_id)
    return interview_type
