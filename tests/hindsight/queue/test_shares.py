"""Which lanes get the free threads. `tests/webhooks/test_fairness.py` has the same with rows."""

from hindsight.queue.shares import Lane, Shares, Turns, share_out

ACME, GLOBEX, INITECH = 1, 2, 3
SHARES = Shares(org=2, slow=1)


def given(
    lanes: list[Lane], leased: list[Lane] | None = None, free: int = 8, turns: Turns | None = None
) -> list[int | None]:
    return [lane.key for lane in share_out(lanes, leased or [], free, SHARES, turns or Turns())]


def test_the_lane_that_waits_longest_comes_first() -> None:
    assert given([Lane(30, INITECH), Lane(10, ACME), Lane(20, GLOBEX)]) == [30, 10, 20]
    assert given([Lane(30, INITECH), Lane(10, ACME), Lane(20, GLOBEX)], free=2) == [30, 10]
    assert given([Lane(30, INITECH)], free=0) == []


def test_a_lane_has_one_row_at_a_time() -> None:
    assert given([Lane(10, ACME), Lane(11, ACME)], leased=[Lane(10, ACME)]) == [11]


def test_an_org_has_at_most_its_share() -> None:
    acme = [Lane(key, ACME) for key in range(10, 15)]
    assert given([*acme, Lane(20, GLOBEX)]) == [10, 20, 11]
    assert given([*acme, Lane(20, GLOBEX)], leased=[Lane(98, ACME), Lane(99, ACME)]) == [20]


def test_the_org_with_the_fewest_leased_rows_comes_first() -> None:
    assert given([Lane(10, ACME), Lane(20, GLOBEX)], leased=[Lane(99, ACME)], free=1) == [20]


def test_the_org_that_was_served_least_recently_comes_first_then_its_lane_that_was() -> None:
    lanes, turns = [Lane(10, ACME), Lane(11, ACME), Lane(20, GLOBEX)], Turns()
    served = [given(lanes, free=1, turns=turns) for _ in range(5)]
    assert served == [[10], [20], [11], [20], [10]]
    assert given([*lanes, Lane(30, INITECH)], free=1, turns=turns) == [30]


def test_slow_lanes_come_last_and_have_one_share_together() -> None:
    slow = [Lane(10, ACME, is_slow=True), Lane(20, GLOBEX, is_slow=True)]
    assert given([*slow, Lane(30, INITECH)]) == [30, 10]
    assert given([*slow, Lane(30, INITECH)], leased=[Lane(99, INITECH, is_slow=True)]) == [30]
