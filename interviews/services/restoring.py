"""Restores the texts that one actor has overwritten in a period, such as a faulty synchronization.

What somebody else has written since is a conflict, and stays.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet

from contacts.models import Contact
from hindsight.db.retries import retried
from interviews.models import InterviewRequest
from orgs.actors import Actor
from orgs.audit import overwrite, overwrite_many
from orgs.models import Change

MAX_TEXTS = 1_000
"""Limits how long the rows are locked."""

CONTACT, REQUEST = str(Contact._meta.model_name), str(InterviewRequest._meta.model_name)
NOT_RESTORABLE = ("email",)
"""Another contact may have an earlier address, and the survey links were replaced."""
RESTORABLE: Mapping[str, tuple[str, ...]] = {
    CONTACT: tuple(field for field in Contact.audited if field not in NOT_RESTORABLE),
    REQUEST: InterviewRequest.audited,
}
"""By type. A guide is restored in its form."""

Key = tuple[str, int, str]  # type, id, field


@dataclass(frozen=True)
class Selection:
    """`until` is excluded. `up_to`: the id of the newest change that the person has seen; later ones are conflicts."""

    actor: str
    since: datetime
    until: datetime
    types: Collection[str]
    org_id: int | None = None
    field: str = ""
    up_to: int | None = None


@dataclass(frozen=True)
class Overwritten:
    """A text that can be restored, unless there is a reason in `why_not`."""

    row: Any
    field: str
    before: str
    why_not: str

    @property
    def now(self) -> str:
        return str(getattr(self.row, self.field))


@dataclass(frozen=True)
class Preview:
    texts: list[Overwritten]
    up_to: int

    @property
    def restorable(self) -> list[Overwritten]:
        return [text for text in self.texts if not text.why_not]

    @property
    def conflicts(self) -> list[Overwritten]:
        return [text for text in self.texts if text.why_not]


def preview_restore(selection: Selection) -> Preview:
    """Raises ValidationError if there are more than MAX_TEXTS changes."""
    return _preview(selection, Contact.objects.all(), InterviewRequest.objects.all())


@retried
@transaction.atomic
def restore_texts(selection: Selection, *, actor: Actor) -> Preview:
    """Returns what was restored, and the conflicts. Raises ValidationError."""
    # In the order of imports.
    contacts = Contact.objects.order_by("email").select_for_update(no_key=True)
    requests = InterviewRequest.objects.order_by("pk").select_for_update(of=("self",), no_key=True)
    preview = _preview(selection, contacts, requests)
    by_row: dict[Any, dict[str, str]] = defaultdict(dict)
    for text in preview.restorable:
        by_row[text.row][text.field] = text.before
    overwrite_many(Contact, [edit for edit in by_row.items() if isinstance(edit[0], Contact)], actor=actor)
    for row, texts in by_row.items():
        if isinstance(row, InterviewRequest):
            _restore_request(row, texts, actor)
    return preview


def _restore_request(row: InterviewRequest, texts: Mapping[str, str], actor: Actor) -> None:
    """An objective clears the other texts, so it comes first."""
    others = {field: text for field, text in texts.items() if field != "objective"}
    overwrite((row, {"objective": texts.get("objective")}), actor=actor)
    overwrite((row, others), actor=actor)


def _preview(selection: Selection, contacts: QuerySet[Any], requests: QuerySet[Any]) -> Preview:
    selected = _selected(selection)
    first: dict[Key, Change] = {}
    for change in selected:
        first.setdefault(_key(change), change)
    rows = {
        CONTACT: contacts.in_bulk({pk for kind, pk, _ in first if kind == CONTACT}),
        REQUEST: requests.select_related("contact").in_bulk({pk for kind, pk, _ in first if kind == REQUEST}),
    }
    up_to = selection.up_to or Change.objects.aggregate(newest=Max("pk"))["newest"] or 0
    others = _others(first.values(), {change.pk for change in selected})
    texts = [
        Overwritten(rows[kind][pk], field, change.before or "", _why_not(rows[kind][pk], change, others))
        for (kind, pk, field), change in first.items()
        if pk in rows[kind]
    ]
    return Preview([text for text in texts if text.now != text.before], up_to)


def _selected(selection: Selection) -> list[Change]:
    fields = {field for kind in selection.types for field in RESTORABLE[kind]}
    changes = Change.objects.filter(
        actor=selection.actor,
        created_at__gte=selection.since,
        created_at__lt=selection.until,
        object_type__in=selection.types,
        field__in=fields & {selection.field} if selection.field else fields,
        before__isnull=False,
    )
    if selection.org_id is not None:
        changes = changes.filter(org=selection.org_id)
    if selection.up_to is not None:
        changes = changes.filter(pk__lte=selection.up_to)
    found = list(changes.order_by("pk")[: MAX_TEXTS + 1])
    if len(found) > MAX_TEXTS:
        raise ValidationError(f"These are more than {MAX_TEXTS:,} overwrites. Choose a shorter time, or one org.")
    return found


def _key(change: Change) -> Key:
    return change.object_type, change.object_id, change.field


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
