"""Overwriting texts so that what was there is kept."""

from collections.abc import Mapping
from typing import Any

from orgs.actors import Actor
from orgs.models import Change

Texts = Mapping[str, str | None]


def overwrite(*edits: tuple[Any, Texts], actor: Actor) -> list[Change]:
    """Writes to each row the texts that differ from its own (None: leave as it is), and appends what they held.

    To be called in a transaction that has locked the rows, or a text could be replaced without a trace.
    """
    changes = [change for row, texts in edits for change in _write(row, texts)]
    for change in changes:
        change.actor_kind, change.actor, change.request_id = actor.kind, actor.name, actor.request_id
    Change.objects.bulk_create(changes)
    return changes


def _write(row: Any, texts: Texts) -> list[Change]:
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
    if changes:
        row.save(update_fields=[*(change.field for change in changes), "updated_at"])
    return changes
