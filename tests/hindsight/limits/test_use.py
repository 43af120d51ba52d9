"""How many requests an org has sent in a day, with a frozen clock."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
import time_machine
from django.conf import settings

from hindsight.limits import day_counts
from hindsight.limits.counters import Counters, DatabaseCounters, RedisCounters, SQLiteCounters, counters
from hindsight.limits.day_counts import Use, use_of
from orgs.models import Org
from orgs.use import read_use
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient
from tests.hindsight.limits.conftest import RoundTrips

NOON = 1_800_014_400
DAY_SECONDS = 24 * 60 * 60


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_counts, "SECONDS_BETWEEN_COUNTS", 0)


@pytest.fixture
def acme(acme: Org) -> Org:
    acme.own_rate_limit = 5
    acme.save()
    return acme


def use(org: Org, days_ago: int = 0) -> Use:
    found = use_of([str(org.pk)], days_ago=days_ago)
    assert found is not None
    return found[str(org.pk)]


def send(api: ApiClient, number: int) -> list[int]:
    return [api.get("/interviews/1").status_code for _ in range(number)]


def in_metrics() -> dict[str, dict[str, float]]:
    """The values of each metric, by org."""
    return {gauge.name: {sample.labels["org"]: sample.value for sample in gauge.samples} for gauge in read_use()}


@pytest.mark.usefixtures("clock")
def test_requests_and_refusals_of_an_org(acme: Org, globex: Org, acme_api: ApiClient) -> None:
    assert use(acme) == Use(0, 0)
    assert send(acme_api, 8) == [404] * 5 + [429] * 3
    assert acme_api.patch("/interviews/1", {}).status_code == 429
    assert use(acme) == Use(requests=9, refused=4)
    assert use(globex) == Use(0, 0)
    assert in_metrics() == {
        "hindsight_org_requests": {str(acme.pk): 9},
        "hindsight_org_refused_requests": {str(acme.pk): 4},
    }


def test_requests_within_a_few_seconds_are_counted_together(
    acme: Org, acme_api: ApiClient, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_counts, "SECONDS_BETWEEN_COUNTS", 5)
    counts = []
    for requests in (1, 3, 1):
        send(acme_api, requests)
        counts.append(use(acme).requests)
        clock.shift(4)
    assert counts == [1, 1, 5]


def test_a_day_ends_at_midnight(acme: Org, acme_api: ApiClient, clock: time_machine.Traveller) -> None:
    send(acme_api, 2)
    clock.shift(DAY_SECONDS // 2)
    send(acme_api, 1)
    assert (use(acme), use(acme, days_ago=1)) == (Use(1, 0), Use(2, 0))
    clock.shift(DAY_SECONDS // 2)
    counters().hit("another counter", 60)  # deletes those that have expired
    assert (use(acme), use(acme, days_ago=1)) == (Use(1, 0), Use(2, 0))
    clock.shift(DAY_SECONDS // 2)
    assert (use(acme), use(acme, days_ago=1)) == (Use(0, 0), Use(1, 0))
    assert in_metrics() == {"hindsight_org_requests": {}, "hindsight_org_refused_requests": {}}


@pytest.mark.usefixtures("clock")
def test_requests_within_a_few_seconds_need_one_round_trip_each(
    acme_api: ApiClient, round_trips: RoundTrips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_counts, "SECONDS_BETWEEN_COUNTS", 5)
    send(acme_api, 1)
    assert len(round_trips) == 2, "the limit, and the day"
    round_trips.clear()
    assert send(acme_api, 5) == [404] * 4 + [429]
    assert len(round_trips) == 6, "the limit, and once the refused requests of the day"


def test_without_the_store_there_are_no_numbers(
    acme: Org, acme_api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_counters_unavailable(monkeypatch)
    assert send(acme_api, 9) == [404] * 9
    assert use_of([str(acme.pk)]) is None
    assert in_metrics() == {"hindsight_org_requests": {}, "hindsight_org_refused_requests": {}}


@pytest.mark.django_db
def test_the_stores_read_what_they_count(tmp_path: Path) -> None:
    stores: list[Counters] = [SQLiteCounters(str(tmp_path / "counters"), {}), DatabaseCounters("", {})]
    if settings.REDIS_URL:
        stores.append(RedisCounters(settings.REDIS_URL, {}))
    one, two, never = (token_hex() for _ in range(3))
    for store in stores:
        for _ in range(2):
            store.hit(one, 60)
            store.hit(two, 60, 2**40)
        assert store.get_many([one, never, two]) == {one: 2, two: 2**41}
        assert store.get_many([]) == {}


@pytest.mark.parametrize("amount", [1, 5])
def test_a_new_counter_deletes_expired_ones(db: None, amount: int, clock: time_machine.Traveller) -> None:
    store = DatabaseCounters("", {})
    store.hit("short", 60)
    store.hit("long", 600)
    clock.shift(61)
    store.hit("long", 600)
    assert store.get_many(["short", "long"]) == {"short": 1, "long": 2}
    store.hit("new", 60, amount)
    assert store.get_many(["short", "long", "new"]) == {"long": 2, "new": amount}
