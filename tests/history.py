from typing import Any

from orgs.audit import with_after
from orgs.models import Change


def history_of(row: Any) -> list[tuple[str, str | None, str | None]]:
    """The (field, before, after) of each change of the row, oldest first."""
    return [(change.field, change.before, change.after) for change in reversed(with_after(row, Change.objects.of(row)))]
