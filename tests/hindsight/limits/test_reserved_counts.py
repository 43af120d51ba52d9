"""Requests of orgs with a high limit are counted in blocks, with a frozen clock."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest
import time_machine
from django.core.cache import caches
from pytest_django import Settings

from hindsight.limits import counters
from hindsight.limits.counters import Counters, Increment
from hindsight.limits.reserved_counts import ReservedCounts
from orgs.models import Org
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient
from tests.hindsight.limits.conftest import RoundTrips

NOON = 1_800_000_000
LIMIT = 4_000
BLOCK = 4


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def acme(acme: Org) -> Org:
    acme.own_rate_limit = LIMIT
    acme.save()
    return acme


def remaining(api: ApiClient) -> int:
    return int(api.get("/interviews/1").headers["X-RateLimit-Remaining"])


def count_elsewhere(round_trips: RoundTrips, number: int) -> None:
    """Requests that another process has counted in the same window."""
    cast(Counters, caches["counters"]).increase(Increment(round_trips[0][0].key, number, 65))
    round_trips.pop()


def test_requests_between_two_blocks_need_no_round_trip(acme_api: ApiClient, round_trips: RoundTrips) -> None:
    assert [remaining(acme_api) for _ in range(10)] == [*range(LIMIT - 1, LIMIT - 11, -1)]
    assert [call[0].amount for call in round_trips] == [1, BLOCK, BLOCK, BLOCK]


def test_what_else_is_counted_has_a_round_trip_of_its_own(
    acme_api: ApiClient, round_trips: RoundTrips, clock: time_machine.Traveller
) -> None:
    remaining(acme_api)
    remaining(acme_api)
    round_trips.clear()
    clock.shift(5)
    assert remaining(acme_api) == LIMIT - 3
    assert [[increment.amount for increment in call] for call in round_trips] == [[2, 2]], "requests by hour and by day"


def test_in_the_second_half_of_the_limit_every_request_is_counted(acme_api: ApiClient, round_trips: RoundTrips) -> None:
    remaining(acme_api)
    count_elsewhere(round_trips, LIMIT // 2 - 2)
    block = [remaining(acme_api) for _ in range(BLOCK)]
    assert block == [*range(LIMIT // 2, LIMIT // 2 - BLOCK, -1)]
    round_trips.clear()
    assert [remaining(acme_api) for _ in range(3)] == [LIMIT // 2 - BLOCK - number for number in range(3)]
    assert [call[0].amount for call in round_trips] == [1, 1, 1]


def test_the_limit_holds_for_several_processes(
    acme_api: ApiClient, round_trips: RoundTrips, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = [ReservedCounts(), ReservedCounts()]

    def send(number: int) -> list[int]:
        statuses = []
        for index in range(number):
            monkeypatch.setattr(counters, "reserved_counts", processes[index % 2])
            statuses.append(acme_api.get("/interviews/1").status_code)
        return statuses

    assert send(20) == [404] * 20
    count_elsewhere(round_trips, LIMIT - 50)
    assert send(50) == [404] * 30 + [429] * 20


def test_what_an_idle_process_has_reserved_is_all_that_is_refused_early(
    acme_api: ApiClient, round_trips: RoundTrips, monkeypatch: pytest.MonkeyPatch
) -> None:
    remaining(acme_api)
    remaining(acme_api)
    monkeypatch.setattr(counters, "reserved_counts", ReservedCounts())
    count_elsewhere(round_trips, LIMIT - 1 - BLOCK - 1)
    statuses = [acme_api.get("/interviews/1").status_code for _ in range(2)]
    assert statuses == [404, 429]


def test_a_new_window_begins_with_its_first_count(acme_api: ApiClient, clock: time_machine.Traveller) -> None:
    for _ in range(3):
        remaining(acme_api)
    clock.shift(60)
    assert [remaining(acme_api) for _ in range(2)] == [LIMIT - 1, LIMIT - 2]


def test_an_unavailable_store_is_noticed_after_the_block(acme_api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        remaining(acme_api)
    make_counters_unavailable(monkeypatch)
    assert [remaining(acme_api) for _ in range(4)] == [LIMIT - 4, LIMIT - 5, LIMIT, LIMIT]


class Counter:
    """A shared counter, and the numbers by which it was incremented."""

    def __init__(self) -> None:
        self.value = 0
        self.numbers: list[int] = []

    def increase(self, number: int) -> int:
        self.numbers.append(number)
        self.value += number
        return self.value


@pytest.mark.parametrize(("limit", "block"), [(1_999, 1), (2_000, 2), (50_000, 50), (10_000_000, 100)])
def test_a_block_is_a_thousandth_of_the_limit_and_at_most_100(limit: int, block: int) -> None:
    reserved, counter = ReservedCounts(), Counter()
    for _ in range(2):
        reserved.reserve("key", limit, counter.increase)
    assert counter.numbers == [1, block]
    assert ("key" in reserved.by_key) == (block > 1)


def test_each_request_is_counted_on_its_own_with_blocks_of_one(
    acme_api: ApiClient, round_trips: RoundTrips, settings: Settings
) -> None:
    settings.RATE_LIMIT_BLOCK = 1
    assert [remaining(acme_api) for _ in range(3)] == [LIMIT - 1, LIMIT - 2, LIMIT - 3]
    assert [call[0].amount for call in round_trips] == [1, 1, 1]


def test_threads_get_different_counts() -> None:
    reserved, counter = ReservedCounts(), Counter()
    reserved.reserve("key", 10_000_000, counter.increase)
    for _ in range(20):
        reserved.reserve("key", 10_000_000, counter.increase)
    with ThreadPoolExecutor(8) as threads:
        taken = [*threads.map(lambda _: reserved.take("key"), range(2_000))]
    counts = [count for count in taken if count is not None]
    assert len(counts) == len({*counts}) == 20 * 99


def test_while_one_thread_takes_a_block_the_others_take_a_count() -> None:
    reserved, counter = ReservedCounts(), Counter()
    reserved.reserve("key", 10_000_000, counter.increase)

    def increase(number: int) -> int:
        """Another request arrives before the store has answered."""
        assert reserved.reserve("key", 10_000_000, counter.increase) == 2
        return counter.increase(number)

    assert reserved.reserve("key", 10_000_000, increase) == 3
    assert counter.numbers == [1, 1, 100]
    assert reserved.take("key") == 4


def test_after_a_failure_the_next_request_takes_the_block() -> None:
    reserved, counter = ReservedCounts(), Counter()
    reserved.reserve("key", 10_000_000, counter.increase)
    assert reserved.reserve("key", 10_000_000, lambda _: None) is None
    assert reserved.reserve("key", 10_000_000, counter.increase) == 2
    assert counter.numbers == [1, 100]
