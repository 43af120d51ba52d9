"""Restores the texts that one actor has overwritten in a period, such as a faulty synchronization.

What somebody else has written since is a conflict, and stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import Contact
from hindsight.db.statements import retried
from interviews.models import InterviewRequest
from orgs.actors import Actor
from orgs.audit import overwrite, overwrite_many
from orgs.models import Change

MAX_TEXTS = 1_000
"""Limits how long the rows are locked."""

CONTACT, REQUEST = str(Contact._meta.model_name), str(InterviewRequest._meta.model_name)
NOT_RESTORABLE = ("email", "external_id")
"""Another contact may have an earlier address or external id, and the survey links were replaced."""
RESTORABLE: Mapping[str, tuple[str, ...]] = {
    CONTACT: tuple(field for field in Contact.audited if field not in NOT_RESTORABLE),
    REQUEST: InterviewRequest.audited,
}
"""By type. A guide is restored in its form."""


@dataclass(frozen=True)
class Selection:
    """`until` is excluded. Later changes of the same actor are conflicts too."""

    actor: str
    since: datetime
    until: datetime
    org_id: int | None = None
    field: str = ""


@dataclass(frozen=True)
class Overwritten:
    """A text that can be restored, unless there is a reason in `why_not`."""

    row: Any
    field: str
    before: str
    why_not: str


@retried
@transaction.atomic
def restore_texts(selection: Selection, *, actor: Actor, dry_run: bool = False) -> list[Overwritten]:
    """Restores all texts without a conflict, and returns the others too. Raises ValidationError."""
    texts = _overwritten(_selected(selection))
    by_row: dict[Any, dict[str, str]] = defaultdict(dict)
    for text in texts:
        if not text.why_not and not dry_run:
            by_row[text.row][text.field] = text.before
    overwrite_many(Contact, [edit for edit in by_row.items() if isinstance(edit[0], Contact)], actor=actor)
    for row, before in by_row.items():
        if isinstance(row, InterviewRequest):
            # An objective clears the other texts, so it comes first.
            overwrite((row, {"objective": before.pop("objective", None)}), actor=actor)
            overwrite((row, before), actor=actor)
    return texts


def _overwritten(selected: list[Change]) -> list[Overwritten]:
    first: dict[tuple[str, int, str], Change] = {}
    for change in selected:
        first.setdefault((change.object_type, change.object_id, change.field), change)
    # In the order of imports.
    contacts = Contact.objects.order_by("email").select_for_update(no_key=True)
    requests = InterviewRequest.objects.order_by("pk").select_for_update(of=("self",), no_key=True)
    rows: dict[str, Mapping[int, Any]] = {
        CONTACT: contacts.in_bulk({pk for kind, pk, _ in first if kind == CONTACT}),
        REQUEST: requests.in_bulk({pk for kind, pk, _ in first if kind == REQUEST}),
    }
    others = _others(first.values(), {change.pk for change in selected})
    texts = [
        Overwritten(rows[kind][pk], field, change.before or "", _why_not(rows[kind][pk], change, others))
        for (kind, pk, field), change in first.items()
        if pk in rows[kind]
    ]
    return [text for text in texts if getattr(text.row, text.field) != text.before]


def _selected(selection: Selection) -> list[Change]:
    fields = {field for names in RESTORABLE.values() for field in names}
    changes = Change.objects.filter(
        actor=selection.actor,
        created_at__gte=selection.since,
        created_at__lt=selection.until,
        object_type__in=[*RESTORABLE],
        field__in=fields & {selection.field} if selection.field else fields,
        before__isnull=False,
    )
    if selection.org_id is not None:
        changes = changes.filter(org=selection.org_id)
    found = list(changes.order_by("pk")[: MAX_TEXTS + 1])
    if len(found) > MAX_TEXTS:
        raise ValidationError(f"These are more than {MAX_TEXTS:,} overwrites. Choose a shorter time, or one org.")
    return found


def _others(first: Iterable[Change], selected: set[int]) -> dict[tuple[str, int], list[Change]]:
    """Changes of the same rows that are not selected, by row, the newest first."""
    found: dict[tuple[str, int], list[Change]] = defaultdict(list)
    firsts = list(first)
    if not firsts:
        return found
    later = Change.objects.filter(
        org__in={change.org_id for change in firsts},
        object_type__in={change.object_type for change in firsts},
        object_id__in={change.object_id for change in firsts},
        pk__gt=min(change.pk for change in firsts),
    )
    for change in later.defer("before").order_by("-pk"):
        if change.pk not in selected:
            found[change.object_type, change.object_id].append(change)
    return found


def _why_not(row: Any, first: Change, others: Mapping[tuple[str, int], list[Change]]) -> str:
    if isinstance(row, InterviewRequest) and row.is_completed:
        return "The interview is completed."
    touched = {first.field, *getattr(row, "cleared_by", {}).get(first.field, ())}
    for change in others.get((first.object_type, first.object_id), ()):
        if change.pk > first.pk and change.field in touched:
            return f"Changed since by {change.actor}, {change.created_at:%-d %b %Y, %H:%M} UTC."
    return ""
