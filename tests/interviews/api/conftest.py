"""What happens between two statements of a request."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def once_found(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has a action done once, after the next `get_or_create` has found its row and before anybody locks that."""
    find = QuerySet.get_or_create

    def arrange(action: Callable[[], object]) -> None:
        def find_and_do(rows: Any, **values: Any) -> Any:
            found = find(rows, **values)
            monkeypatch.setattr(QuerySet, "get_or_create", find)
            action()
            return found

        monkeypatch.setattr(QuerySet, "get_or_create", find_and_do)

    return arrange
