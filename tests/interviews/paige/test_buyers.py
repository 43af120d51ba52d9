"""What Paige brings out of the scripted buyers of `make quality`."""

import pytest

from tests.quality.buyer_interviews import by_form, by_paige
from tests.quality.buyers import HELD_BACK, TUNING, buyers


@pytest.mark.slow
def test_paige_brings_out_more_than_a_form() -> None:
    every = [*buyers(TUNING), *buyers(HELD_BACK)]
    told_to_paige = sum(len(by_paige(buyer).facts) for buyer in every)
    assert told_to_paige > sum(len(by_form(buyer).facts) for buyer in every)
