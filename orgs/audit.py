"""Overwriting texts so that what was there is kept."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from orgs.actors import Actor
from orgs.models import Change

Texts = Mapping[str, str | None]


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


def _replace(row: Any, texts: Texts) -> list[Change]:
    changes = [
        Change(
            org_id=row.org_id,
            object_type=row._meta.model_name,
            object_id=row.pk,
            field=field,
            before=getattr(row, field),
            after=text,
        )
        for field, text in texts.items()
        if text is not None and text != getattr(row, field)
    ]
    for change in changes:
        setattr(row, change.field, change.after)
    return changes


def _append(changes: list[Change], actor: Actor) -> list[Change]:
    for change in changes:
        change.actor_kind, change.actor, change.request_id = actor.kind, actor.name, actor.request_id
    return Change.objects.bulk_create(changes)
