import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import model_to_dict
from django.utils import timezone

from orgs.actors import Actor
from orgs.models import EventKind, Org
from orgs.security_events import record_security_event
from sequences.models import Sequence, Step
from sequences.models.sequence import MAX_STEPS

SHIPPED = Path(__file__).parent.parent / "shipped" / "steps.json"


def shipped_steps(language: str) -> list[Step]:
    """Unsaved. Raises KeyError if none are shipped in the language."""
    steps: list[dict[str, Any]] = json.loads(SHIPPED.read_text(encoding="utf-8"))[language]
    return [Step(number=number, **values) for number, values in enumerate(steps)]


@transaction.atomic
def save_sequence(sequence: Sequence, steps: Iterable[Step], *, actor: Actor) -> Sequence:
    """For a new one, or a row that the caller has locked and changed. Replaces its steps.

    Mails that wait leave with the new texts, unless a person has edited them, and at the time that was planned. A
    waiting mail of a removed step is the end of its enrolment. Raises ValidationError by field: those of a step are
    `steps.0.text`.
    """
    detail = "Edited." if sequence.pk else "Created."
    sequence.paused_until = None
    _save(sequence, list(steps))
    record_security_event(EventKind.SEQUENCE_CHANGED, actor, about=sequence, detail=detail)
    return sequence


@transaction.atomic
def copy_to_test_room(*, sequence: Sequence, room: Org, interview_type: Any) -> Sequence:
    """Nobody has to approve its mails, which never leave."""
    own = {"org": room, "interview_type": interview_type, "needs_approval": False}
    copy = Sequence(**{**model_to_dict(sequence, exclude=["id"]), **own})
    _save(copy, list(sequence.steps.all()))
    return copy


@transaction.atomic
def set_archived(sequence: Sequence, *, is_archived: bool) -> Sequence:
    """An archived sequence takes no contacts, and its mails stop when they are due. For a row that the caller has
    locked, and records.

    Raises ValidationError if it is so already.
    """
    if (sequence.archived_at is not None) == is_archived:
        raise ValidationError(f"This sequence is {'already' if is_archived else 'not'} archived.")
    sequence.archived_at, sequence.paused_until = timezone.now() if is_archived else None, None
    sequence.save(update_fields=["archived_at", "paused_until"])
    return sequence


def _save(sequence: Sequence, steps: list[Step]) -> None:
    errors = {}
    if not 1 <= len(steps) <= MAX_STEPS:
        errors["steps"] = [f"Enter an invitation, and at most {MAX_STEPS - 1} reminders."]
    for number, step in enumerate(steps):
        step.pk, step.org_id, step.number = None, sequence.org_id, number
    for place, row in [("", sequence), *((f"steps.{step.number}.", step) for step in steps)]:
        try:
            row.full_clean(exclude=["org", "sequence"], validate_constraints=row is sequence)
        except ValidationError as error:
            errors |= {f"{place}{field}": texts for field, texts in error.message_dict.items()}
    if errors:
        raise ValidationError(errors)
    sequence.save()
    sequence.steps.all().delete()
    for step in steps:
        step.sequence = sequence
    Step.objects.bulk_create(steps)
