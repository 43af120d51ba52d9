from typing import NamedTuple

import pytest

from hindsight.limits.counters import Counters, counters


class RoundTrip(NamedTuple):
    key: str
    seconds: int
    amount: int


RoundTrips = list[RoundTrip]


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> RoundTrips:
    """What is counted in the store."""
    store = type(counters())
    hit = store.hit
    found: RoundTrips = []

    def record(self: Counters, key: str, seconds: int, amount: int = 1) -> int:
        found.append(RoundTrip(key, seconds, amount))
        return hit(self, key, seconds, amount)

    monkeypatch.setattr(store, "hit", record)
    return found
