"""What objective, notes and picks steer to."""

from interviews.paige.guide import Guide, shipped_guide
from interviews.paige.steering import Picks, Source, Steering, steer

BUYER = Guide.from_data(shipped_guide("win_loss_buyer"))


class TestPicks:
    def test_picks_replace_what_the_objective_says(self) -> None:
        found = steer(BUYER, "Focus on pricing", picks=Picks(emphasize=("vendor", "criteria"), avoid=("options",)))
        assert (found.emphasize, found.avoid) == (("vendor", "criteria"), ("options",))
        assert {(reason.topic, reason.source, reason.is_avoided) for reason in found.reasons} == {
            ("vendor", Source.STAFF, False),
            ("criteria", Source.STAFF, False),
            ("options", Source.STAFF, True),
        }

    def test_no_topic_can_be_picked(self) -> None:
        assert steer(BUYER, "Focus on pricing", picks=Picks()) == Steering()

    def test_keys_of_another_guide_are_ignored(self) -> None:
        assert steer(BUYER, "", picks=Picks(emphasize=("score", "pricing"), avoid=("use",))).emphasize == ("pricing",)

    def test_what_is_picked_both_ways_is_avoided(self) -> None:
        found = steer(BUYER, "", picks=Picks(emphasize=("pricing",), avoid=("pricing",)))
        assert (found.emphasize, found.avoid) == ((), ("pricing",))


def test_the_words_of_a_reason_are_not_in_its_repr() -> None:
    found = steer(BUYER, "What were the alternatives?")
    assert found.reasons[0].words == "alternatives"
    assert "alternatives" not in repr(found.reasons)
