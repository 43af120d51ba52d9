import json
from collections.abc import Callable
from collections.abc import Sequence as Items
from datetime import time
from pathlib import Path
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hindsight.db.versions import StaleVersionError
from orgs.actors import Actor
from orgs.models import EventKind, Org
from orgs.security_events import record_security_event
from sequences.models import Sequence, Step
from sequences.models.sequence import MAX_STEPS
from sequences.schedule import MAX_DELAY
from sequences.services.enrolments import cleaned_mail
from sequences.text import MAX_SENDER_LENGTH, clean_line, clean_time_zone

SHIPPED = Path(__file__).parent.parent / "shipped"


class SequenceValues(TypedDict, total=False):
    name: str
    language: str
    sender_name: str
    reply_to: str
    postal_address: str
    window_start: time
    window_end: time
    time_zone: str
    daily_cap: int
    needs_approval: bool


class StepValues(TypedDict):
    """`delay`: business days after the mail before."""

    delay: int
    subject: str
    text: str


def shipped_steps(language: str) -> list[StepValues]:
    """Raises KeyError if none are shipped in the language."""
    steps: list[StepValues] = json.loads((SHIPPED / "steps.json").read_text(encoding="utf-8"))[language]
    return steps


@transaction.atomic
def create_sequence(
    *, org: Org, interview_type: Any, steps: Items[StepValues], actor: Actor, **values: Unpack[SequenceValues]
) -> Sequence:
    """Raises ValidationError by field: those of a step are `steps.0.text`."""
    sequence = Sequence(org=org, interview_type=interview_type, **values)
    _save(sequence, steps)
    record_security_event(EventKind.SEQUENCE_CHANGED, actor, about=sequence, detail="Created.")
    return sequence


@transaction.atomic
def copy_to_test_room(*, sequence: Sequence, room: Org, interview_type: Any) -> Sequence:
    """Nobody has to approve its mails, which never leave."""
    fields = SequenceValues.__annotations__
    copy = Sequence(org=room, interview_type=interview_type, **{name: getattr(sequence, name) for name in fields})
    copy.needs_approval = False
    _save(copy, sequence.steps.values("delay", "subject", "text"))
    return copy


@transaction.atomic
def edit_sequence(
    *,
    org_id: int,
    sequence_id: int,
    steps: Items[StepValues],
    actor: Actor,
    if_version: int | None = None,
    **values: Unpack[SequenceValues],
) -> Sequence:
    """Mails that wait leave with the new texts, unless a person has edited them, and at the time that was planned.

    A waiting mail of a removed step is the end of its enrolment. Raises Sequence.DoesNotExist, StaleVersionError, and
    ValidationError by field.
    """
    rows = Sequence.objects.for_org(org_id).select_for_update(no_key=True, of=("self",))
    sequence = rows.select_related("org", "interview_type").get(pk=sequence_id)
    if if_version not in (None, sequence.version):
        raise StaleVersionError
    for field, value in values.items():
        setattr(sequence, field, value)
    sequence.paused_until = None
    _save(sequence, steps)
    record_security_event(EventKind.SEQUENCE_CHANGED, actor, about=sequence, detail="Edited.")
    return sequence


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


def _save(sequence: Sequence, steps: Items[StepValues]) -> None:
    errors: dict[str, list[str]] = {}
    _clean(sequence, errors)
    rows = _cleaned_steps(sequence, steps, errors)
    if errors:
        raise ValidationError(errors)
    sequence.save()
    sequence.steps.all().delete()
    for row in rows:
        row.sequence = sequence
    Step.objects.bulk_create(rows)


def _clean(sequence: Sequence, errors: dict[str, list[str]]) -> None:
    cleaners: dict[str, Callable[[Any], Any]] = {
        "sender_name": lambda text: clean_line(text, MAX_SENDER_LENGTH),
        "postal_address": str.strip,
        "time_zone": clean_time_zone,
    }
    for field, clean in cleaners.items():
        try:
            setattr(sequence, field, clean(getattr(sequence, field)))
        except ValidationError as error:
            errors[field] = error.messages
    if sequence.language not in dict(settings.LANGUAGES):
        errors["language"] = [f"Choose one of {', '.join(dict(settings.LANGUAGES))}."]
    if sequence.window_start >= sequence.window_end:
        errors["window_end"] = ["The window never opens. Enter a time after its start, on the same day."]
    if sequence.org.sequences.exclude(pk=sequence.pk).filter(name=sequence.name).exists():
        errors["name"] = ["This org has a sequence with this name."]
    try:
        sequence.full_clean(exclude=errors)
    except ValidationError as error:
        errors.update(error.message_dict)


def _cleaned_steps(sequence: Sequence, steps: Items[StepValues], errors: dict[str, list[str]]) -> list[Step]:
    if not 1 <= len(steps) <= MAX_STEPS:
        errors["steps"] = [f"Enter an invitation, and at most {MAX_STEPS - 1} reminders."]
    rows = []
    for number, values in enumerate(steps[:MAX_STEPS]):
        row = Step(org=sequence.org, number=number, **values)
        if row.delay > MAX_DELAY:
            errors[f"steps.{number}.delay"] = [f"Enter at most {MAX_DELAY} business days."]
        try:
            row.subject, row.text = cleaned_mail(row.subject, row.text, step=number)
            row.full_clean(exclude=["org", "sequence"], validate_constraints=False)
        except ValidationError as error:
            errors.update({f"steps.{number}.{field}": texts for field, texts in error.message_dict.items()})
        rows.append(row)
    return rows
