import pytest

from interviews.reports.proportions import Share, differ, interviews_missing


@pytest.mark.parametrize(
    ("number", "of", "interval"),
    [(12, 31, (24, 56)), (0, 5, (0, 43)), (5, 5, (57, 100)), (1, 1, (21, 100)), (50, 100, (40, 60)), (0, 0, None)],
)
def test_wilson_intervals(number: int, of: int, interval: tuple[int, int] | None) -> None:
    assert Share(number, of).interval == interval


@pytest.mark.parametrize(("number", "missing"), [(31, 8), (0, 39), (38, 1), (39, 0), (500, 0)])
def test_how_many_interviews_are_missing_for_15_points(number: int, missing: int) -> None:
    assert interviews_missing(number) == missing


def test_shares_differ_if_their_intervals_do_not_overlap() -> None:
    assert differ(Share(2, 40), Share(30, 40))
    assert not differ(Share(1, 4), Share(3, 4))
    assert not differ(Share(0, 0), Share(3, 4))
