from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

AfterGetOrCreate = Callable[[Callable[[], object]], None]


@pytest.fixture
def after_get_or_create(monkeypatch: pytest.MonkeyPatch) -> AfterGetOrCreate:
    """Runs the action once, after the next `get_or_create` has found its row and before the row is locked."""
    find = QuerySet.get_or_create

    def arrange(action: Callable[[], object]) -> None:
        def find_and_act(rows: Any, **values: Any) -> Any:
            found = find(rows, **values)
            monkeypatch.setattr(QuerySet, "get_or_create", find)
            action()
            return found

        monkeypatch.setattr(QuerySet, "get_or_create", find_and_act)

    return arrange
