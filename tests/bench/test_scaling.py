"""The queues of `python -m bench.scaling`."""

import random
from statistics import fmean

import pytest

from bench.scaling import OPERATIONS, Times, in_bursts, load_of, served, served_apart
from orgs.plans import REQUESTS_PER_MINUTE

REQUESTS = 50_000


def test_requests_wait_for_an_idle_server_in_the_order_of_arrival() -> None:
    assert served([0, 1, 2, 9], [4, 4, 4, 4], servers=1) == [4, 8, 12, 16]
    assert served([0, 1, 2, 9], [4, 4, 4, 4], servers=2) == [4, 5, 8, 13]
    assert served([2, 0], [4, 4], servers=1) == [8, 4]


@pytest.mark.parametrize("utilization", [0.5, 0.8])
def test_a_queue_has_the_mean_response_time_of_its_formula(utilization: float) -> None:
    """M/M/1: the mean is the service time / (1 - utilization)."""
    chance = random.Random(1)
    arrivals = sorted(chance.uniform(0, REQUESTS) for _ in range(round(REQUESTS * utilization)))
    seconds = [chance.expovariate(1) for _ in arrivals]
    done = served(arrivals, seconds, servers=1)
    mean = fmean(end - start for start, end in zip(arrivals, done, strict=True))
    assert mean == pytest.approx(1 / (1 - utilization), rel=0.1)
    assert served_apart(arrivals, seconds, 1, chance) == done


def test_an_org_sends_the_requests_of_its_minute_in_a_burst() -> None:
    chance = random.Random(1)
    arrivals = sorted(in_bursts(1, 60, chance, burst=2))
    assert len(arrivals) in REQUESTS_PER_MINUTE.values()
    gaps = [later - earlier for earlier, later in zip(arrivals, [*arrivals[1:], arrivals[0] + 60], strict=True)]
    assert max(gaps) >= 58


def test_the_rate_is_that_of_all_limits_together() -> None:
    load = load_of(2_000, dict.fromkeys(OPERATIONS, Times(web=1, postgres=0, redis=0)))
    assert load.rate == pytest.approx(2_000 * (0.7 * 60 + 0.25 * 300 + 0.05 * 1_000) / 60)
    assert load.web == pytest.approx(load.rate / 1_000)
