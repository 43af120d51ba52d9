"""What objective, notes and picks steer to, whatever reads them."""

import pytest

from interviews.paige.objective.steering import Picks, Source, Steering
from tests.interviews.paige.interviews import parsed_guide
from tests.plain_objectives import steer, subjects_of

BUYER = parsed_guide()

pytestmark = pytest.mark.usefixtures("plain_objectives")


class TestObjective:
    @pytest.mark.parametrize(
        ("objective", "emphasize", "avoid"),
        [
            ("First experience, then pricing and options", ("experience", "pricing", "options"), ()),
            ("Ask about experience. Do not ask about pricing.", ("experience",), ("pricing",)),
            ("Pricing. Do not ask about pricing.", (), ("pricing",)),
            ("Keep it short and friendly", (), ()),
            ("", (), ()),
        ],
    )
    def test_topics_are_asked_in_its_order_or_avoided(
        self, objective: str, emphasize: tuple[str, ...], avoid: tuple[str, ...]
    ) -> None:
        found = steer(BUYER, objective)
        assert (found.emphasize, found.avoid) == (emphasize, avoid)

    def test_the_reasons_have_the_words_that_decided(self) -> None:
        found = steer(BUYER, "Wie war die experience. Do not ask about PRICING.")
        assert [(each.topic, each.words, each.source, each.is_avoided) for each in found.reasons] == [
            ("experience", "Wie war die experience", Source.OBJECTIVE, False),
            ("pricing", "Do not ask about PRICING", Source.OBJECTIVE, True),
        ]
        assert "PRICING" not in repr(found)


class TestNotes:
    @pytest.mark.parametrize(
        ("notes", "avoid", "words"),
        [
            ("Met in May. Please do not ask her about pricing! Champion: Jane", ("pricing",), "do not ask her"),
            ("Main concern is pricing. Loves options.", (), ""),
        ],
    )
    def test_avoid_sentence_by_sentence_and_emphasize_nothing(
        self, notes: str, avoid: tuple[str, ...], words: str
    ) -> None:
        found = steer(BUYER, "", notes)
        assert (found.emphasize, {*found.avoid}) == ((), {*avoid})
        assert all(each.source is Source.NOTES and words in each.words for each in found.reasons)
        assert all(each.words in notes for each in found.reasons)

    def test_the_objective_counts_more(self) -> None:
        found = steer(BUYER, "Ask about pricing", "Do not ask about pricing. Do not ask about options.")
        assert (found.emphasize, found.avoid) == (("pricing",), ("options",))
        assert [each.source for each in found.reasons] == [Source.OBJECTIVE, Source.NOTES]


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


class TestSubjects:
    @pytest.mark.parametrize(
        ("objective", "subjects"),
        [
            (
                'Ask about pricing: CFO and "audit logs". Was SSO missing?',
                {"CFO": "pricing", "audit logs": "pricing", "SSO": ""},
            ),
            ('Did "Alice Miller", "Alice\'s" team or "Acme Inc" object to "Acme SSO"?', {"Acme SSO": ""}),
            ("Do not ask about the SSO", {}),
            ("", {}),
        ],
    )
    def test_have_their_topic_and_are_no_names(self, objective: str, subjects: dict[str, str]) -> None:
        assert subjects_of(objective, BUYER, "Acme Inc", "Alice Miller") == subjects

    @pytest.mark.parametrize("subject", ["{vendor}", "x" * 61, "a?", "<b>", "a: b", "…", "\u202e", "a|b"])
    def test_what_paige_could_not_name_is_none(self, subject: str) -> None:
        assert subjects_of(f'Ask about "{subject}"', BUYER, "Acme", "Jane") == {}
