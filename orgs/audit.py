"""Overwrites and restores texts. Callers must lock the rows, otherwise the audit could miss a concurrent write."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Model, Subquery

from hindsight.db.search import with_search_text
from hindsight.db.versions import VERSION_FIELDS
from hindsight.limits.day_counts import overwritten
from orgs.actors import Actor, ActorKind
from orgs.audit_removal import ERASURE
from orgs.models import Change

Texts = Mapping[str, str | None]

LISTENERS: list[Callable[[Sequence[Change]], None]] = []
"""Rooms above add theirs. Called in the transaction of the changes, after they are recorded."""


def audited_fields() -> list[str]:
    """Each model names its own in `audited`."""
    named = {field for model in apps.get_models() for field in getattr(model, "audited", ())}
    return sorted({*named, ERASURE})


def overwrite(*edits: tuple[Any, Texts], actor: Actor) -> list[Change]:
    """Saves the texts that differ, and returns the changes. None keeps a text."""
    changes = [change for row, texts in edits for change in _save(row, _without_none(texts))]
    return _append(changes, actor)


def overwrite_many(model: type[Model], edits: Iterable[tuple[Any, Texts]], *, actor: Actor) -> list[Change]:
    changes, rows = [], []
    for row, texts in edits:
        if replaced := _replace(row, _without_none(texts)):
            row.version += 1
            rows.append(row)
            changes += replaced
    if rows:
        # All rows exist. bulk_update is much slower.
        model._default_manager.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=with_search_text(model, {*(change.field for change in changes), *VERSION_FIELDS}),
        )
    return _append(changes, actor)


def overwrite_values(row: Any, values: Mapping[str, Any], *, actor: Actor) -> list[Change]:
    """As `overwrite()`, for fields of any type: the row has `audited_text()`. Writes None as well."""
    return _append(_save(row, values), actor)


def record(row: Any, field: str, *, before: str, actor: Actor) -> None:
    """For a field that is not text. `before`: what `text_of(row, field)` was."""
    if before != text_of(row, field):
        _append([_change(row, field, before=before)], actor)


def restore(row: Any, change: Change, *, actor: Actor) -> list[Change]:
    """Raises ValueError if the change is of another row or its texts are erased."""
    if change.is_erased or not Change.objects.of(row).filter(pk=change.pk).exists():
        raise ValueError("The change is of another row, or its texts are erased.")
    return overwrite((row, {change.field: change.before}), actor=actor)


def _without_none(texts: Texts) -> Mapping[str, str]:
    return {field: text for field, text in texts.items() if text is not None}


def _save(row: Any, values: Mapping[str, Any]) -> list[Change]:
    if replaced := _replace(row, values):
        row.save(update_fields=[change.field for change in replaced])
    return replaced


def _replace(row: Any, values: Mapping[str, Any]) -> list[Change]:
    cleared_by: Mapping[str, Iterable[str]] = getattr(row, "cleared_by", {})
    changed = [field for field, value in values.items() if value != getattr(row, field)]
    values = {**values, **{field: "" for name in changed for field in cleared_by.get(name, ())}}
    before = {field: text_of(row, field) for field in values}
    for field, value in values.items():
        setattr(row, field, value)
    return [_change(row, field, before=text) for field, text in before.items() if text_of(row, field) != text]


def _change(row: Any, field: str, *, before: str) -> Change:
    if field not in row.audited:
        raise ValueError(f"{field!r} is not audited.")
    about = {"org_id": row.org_id, "object_type": row._meta.model_name, "object_id": row.pk}
    return Change(**about, field=field, before=before)


def count_bytes(number: int, *, org_id: int, actor: Actor) -> None:
    """Only API keys have a budget."""
    if number and actor.kind == ActorKind.API_KEY:
        overwritten.add(str(org_id), number)


def _append(changes: list[Change], actor: Actor) -> list[Change]:
    for change in changes:
        change.actor_kind, change.actor, change.request_id = actor.kind, actor.name, actor.request_id
        count_bytes(len((change.before or "").encode()), org_id=change.org_id, actor=actor)
    recorded = Change.objects.bulk_create(changes)
    for listener in LISTENERS:
        listener(recorded)
    return recorded


# The text after a change is the text before the next change of the field, or the current text (decision 1).
def with_after(row: Any, changes: Iterable[Change]) -> list[Change]:
    """Sets `after` of consecutive changes of a row, newest first. None after an erasure."""
    shown = list(changes)
    later = _texts_after(row, shown)
    for change in shown:
        change.after = later.get(change.field)
        later[change.field] = change.before
    return shown


def text_of(row: Any, field: str) -> str:
    text: str = row.audited_text(field) if hasattr(row, "audited_text") else getattr(row, field)
    return text


def _texts_after(row: Any, changes: list[Change]) -> dict[str, str | None]:
    newest = {change.field: change.pk for change in reversed(changes) if not change.is_erased}
    if not newest:
        return {}
    following = {
        f"after_{field}": Subquery(
            Change.objects.of(row).filter(field=field, pk__gt=pk).order_by("pk").values("before")[:1]
        )
        for field, pk in newest.items()
    }
    # One statement: a concurrent overwrite changes both the current text and the following change.
    current = type(row)._default_manager.annotate(**following).get(pk=row.pk)
    texts = {field: getattr(current, f"after_{field}") for field in newest}
    return {field: text_of(current, field) if text is None else text for field, text in texts.items()}
