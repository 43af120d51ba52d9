import pytest

from hindsight.limits.counters import Counters, Increment, counters

RoundTrips = list[tuple[Increment, ...]]


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> RoundTrips:
    """What each round trip to the store of the counters increments."""
    store = type(counters())
    increase = store.increase
    found: RoundTrips = []

    def record(self: Counters, *increments: Increment) -> list[int]:
        found.append(increments)
        return increase(self, *increments)

    monkeypatch.setattr(store, "increase", record)
    return found
