"""The text after a change is the text before the next change of the field, or the current text (decision 1)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Subquery

from orgs.audit import text_of
from orgs.models import Change


def with_after(row: Any, changes: Iterable[Change]) -> list[Change]:
    """Sets `after` of consecutive changes of a row, newest first. None after an erasure."""
    shown = list(changes)
    later = _texts_after(row, shown)
    for change in shown:
        change.after = later.get(change.field)
        later[change.field] = change.before
    return shown


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
