"""Overwriting texts so that what was there is kept; bringing it back; and erasing it for good when the law says so."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from orgs.actors import Actor
from orgs.models import Change

Texts = Mapping[str, str | None]

# The field that an entry of an erasure names.
ERASURE = "erasure"


def overwrite(*edits: tuple[Any, Texts], actor: Actor) -> list[Change]:
    """Writes to each row the texts that differ from its own (None: leave as it is), and appends what they held.

    To be called in a transaction that has locked the rows, or a text could be replaced without a trace.
    """
    changes = []
    for row, texts in edits:
        replaced = _replace(row, texts)
        if replaced:
            row.save(update_fields=[*(change.field for change in replaced), "updated_at"])
        changes += replaced
    return _append(changes, actor)


def overwrite_many(model: type[Model], edits: Iterable[tuple[Any, Texts]], *, actor: Actor) -> list[Change]:
    """`overwrite` for many rows of one model in a few statements."""
    changes, rows = [], []
    for row, texts in edits:
        if replaced := _replace(row, texts):
            rows.append(row)
            changes += replaced
    if rows:
        # Every row is there, so the insert becomes the update of each: far cheaper than bulk_update.
        model._default_manager.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[*{change.field for change in changes}, "updated_at"],
        )
    return _append(changes, actor)


def record(row: Any, field: str, *, before: str, after: str, actor: Actor) -> None:
    """Appends an overwrite of what is no text of the row's own, told as texts. To be called like `overwrite`."""
    _append([_change(row, field, before=before, after=after)], actor)


def restore(row: Any, change: Change, *, actor: Actor) -> list[Change]:
    """Brings back what the change replaced, which is an overwrite like any other.

    To be called like `overwrite`. Raises ValueError for a change of another row, or one whose texts are erased.
    """
    if change.is_erased or not Change.objects.of(row).filter(pk=change.pk).exists():
        raise ValueError("There is nothing to restore.")
    return overwrite((row, {change.field: change.before}), actor=actor)


def erase(*rows: Any, actor: Actor) -> None:
    """Empties the texts that the audit holds about the rows, and appends an entry for each that tells who did it.

    To be called in a transaction that has locked the rows.
    """
    for row in rows:
        Change.objects.of(row).erase_texts()
    _append([_change(row, ERASURE, before="", after="") for row in rows], actor)


def _replace(row: Any, texts: Texts) -> list[Change]:
    changes = [
        _change(row, field, before=getattr(row, field), after=text)
        for field, text in texts.items()
        if text is not None and text != getattr(row, field)
    ]
    for change in changes:
        setattr(row, change.field, change.after)
    return changes


def _change(row: Any, field: str, *, before: str, after: str) -> Change:
    return Change(
        org_id=row.org_id,
        object_type=row._meta.model_name,
        object_id=row.pk,
        field=field,
        before=before,
        after=after,
    )


def _append(changes: list[Change], actor: Actor) -> list[Change]:
    for change in changes:
        change.actor_kind, change.actor, change.request_id = actor.kind, actor.name, actor.request_id
    return Change.objects.bulk_create(changes)
