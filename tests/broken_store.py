"""A store of counters that is unavailable."""

import pytest

from hindsight.limits.counters import Counters, counters


def make_counters_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call fails, and none has failed yet."""
    store = type(counters())

    def fail(self: Counters, *arguments: object) -> None:
        raise store.failures[0]("down")

    for method in ("hit", "get_many"):
        monkeypatch.setattr(store, method, fail)
    monkeypatch.setattr(store, "unavailable_until", 0.0)
