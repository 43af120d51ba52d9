"""How much of its rate limit an org uses, by hour and by day, with a frozen clock."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from hindsight.limits import usage_counts
from hindsight.limits.counters import Counters, DatabaseCounters, Increment, RedisCounters, SQLiteCounters, counters
from hindsight.limits.usage_counts import DAY, HOUR, Use, near, total
from orgs.models import Org
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient
from tests.hindsight.limits.conftest import RoundTrips

NOON = 1_800_014_400
HOUR_SECONDS = 60 * 60
DAY_SECONDS = 24 * HOUR_SECONDS


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_counts, "SECONDS_BETWEEN_COUNTS", 0)


@pytest.fixture
def acme(acme: Org) -> Org:
    acme.own_rate_limit = 5
    acme.save()
    return acme


def use_of(org: Org) -> tuple[Use, Use]:
    use = usage_counts.use_of(str(org.pk))
    assert use is not None
    return total(use[HOUR]), total(use[DAY])


def send(api: ApiClient, number: int) -> list[int]:
    return [api.get("/interviews/1").status_code for _ in range(number)]


@pytest.mark.usefixtures("clock")
def test_requests_and_refusals_of_an_org(acme: Org, globex: Org, acme_api: ApiClient) -> None:
    assert use_of(acme) == (Use(), Use())
    assert send(acme_api, 8) == [404] * 5 + [429] * 3
    expected = Use(requests=8, refused=3, near=1, over=1)
    assert use_of(acme) == (expected, expected)
    assert acme_api.patch("/interviews/1", {}).status_code == 429
    assert use_of(acme)[0] == Use(requests=9, refused=4, near=1, over=1)
    assert use_of(globex) == (Use(), Use())


def test_requests_within_a_few_seconds_are_counted_together(
    acme: Org, acme_api: ApiClient, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_counts, "SECONDS_BETWEEN_COUNTS", 5)
    counts = []
    for requests in (1, 3, 1):
        send(acme_api, requests)
        counts.append(use_of(acme)[0].requests)
        clock.shift(4)
    assert counts == [1, 1, 5]


def test_a_minute_counts_once_as_near_the_limit_and_once_as_over_it(
    acme: Org, acme_api: ApiClient, clock: time_machine.Traveller
) -> None:
    for requests in (3, 4, 5, 6, 9):
        send(acme_api, requests)
        clock.shift(60)
    send(acme_api, 1)
    assert use_of(acme)[0] == Use(requests=28, refused=1 + 4, near=4, over=2)


def test_hours_and_days_end(acme: Org, acme_api: ApiClient, clock: time_machine.Traveller) -> None:
    send(acme_api, 2)
    clock.shift(23 * HOUR_SECONDS)
    send(acme_api, 1)
    assert use_of(acme) == (Use(requests=3), Use(requests=3))
    clock.shift(HOUR_SECONDS)
    assert use_of(acme) == (Use(requests=1), Use(requests=3))
    clock.shift(28 * DAY_SECONDS)
    assert use_of(acme) == (Use(), Use(requests=3))
    clock.shift(DAY_SECONDS)
    assert use_of(acme) == (Use(), Use(requests=1))


def test_a_purge_keeps_the_counters_that_are_shown(
    acme: Org, acme_api: ApiClient, clock: time_machine.Traveller
) -> None:
    send(acme_api, 2)
    clock.shift(29 * DAY_SECONDS)
    counters().purge()
    assert use_of(acme)[1] == Use(requests=2)


def test_orgs_that_were_near_their_limit_today_or_yesterday(
    acme: Org, globex: Org, acme_api: ApiClient, globex_api: ApiClient, clock: time_machine.Traveller
) -> None:
    ids = [str(acme.pk), str(globex.pk)]
    send(acme_api, 4)
    send(globex_api, 4)
    clock.shift(60)
    send(acme_api, 1)
    for passed in (0, DAY_SECONDS):
        clock.shift(passed)
        assert usage_counts.near_their_limit(ids) == {str(acme.pk): Use(requests=5, near=1)}
    clock.shift(DAY_SECONDS)
    assert usage_counts.near_their_limit(ids) == {}
    assert usage_counts.near_their_limit([]) == {}


@pytest.mark.parametrize(("limit", "number"), [(1, 1), (5, 4), (60, 48), (300, 240), (1_001, 801)])
def test_80_percent_of_the_limit_is_near(limit: int, number: int) -> None:
    assert near(limit) == number


@pytest.mark.usefixtures("clock")
def test_requests_within_a_few_seconds_need_one_round_trip_each(
    acme_api: ApiClient, round_trips: RoundTrips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_counts, "SECONDS_BETWEEN_COUNTS", 5)
    send(acme_api, 1)
    assert [len(call) for call in round_trips] == [1, 2], "the limit; the hour and the day"
    round_trips.clear()
    assert send(acme_api, 6) == [404] * 4 + [429] * 2
    assert [len(call) for call in round_trips] == [1] * 6


@pytest.mark.django_db
def test_a_thread_whose_amounts_another_thread_has_counted_counts_nothing(
    acme: Org, acme_api: ApiClient, round_trips: RoundTrips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_counts.uncounted, "take", lambda key: 0)
    assert send(acme_api, 2) == [404, 404]
    assert [len(call) for call in round_trips] == [1, 1], "the limit alone"
    assert use_of(acme) == (Use(), Use())


def test_without_the_store_there_are_no_numbers(
    acme: Org, acme_api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_counters_unavailable(monkeypatch)
    assert send(acme_api, 9) == [404] * 9
    assert usage_counts.use_of(str(acme.pk)) is None
    assert usage_counts.near_their_limit([str(acme.pk)]) is None


@pytest.mark.django_db
def test_the_stores_read_what_they_count(tmp_path: Path) -> None:
    stores: list[Counters] = [SQLiteCounters(str(tmp_path / "counters"), {})]
    if connection.vendor == "postgresql":
        stores.append(DatabaseCounters("", {}))
    if settings.REDIS_URL:
        stores.append(RedisCounters(settings.REDIS_URL, {}))
    one, two, never = (token_hex() for _ in range(3))
    for store in stores:
        for _ in range(2):
            store.increase(Increment(one, 1, 60), Increment(two, 2**40, 60))
        assert store.read([one, never, two]) == {one: 2, two: 2**41}
        assert store.read([]) == {}
