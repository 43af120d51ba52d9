"""The second reader confirms, corrects and adds to what phrases and signs say of an objective."""

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.objective import steering
from interviews.paige.objective.second_reader import MAX_PIECES, Shares, shares_of_topics
from interviews.paige.objective.steering import Steering, steer
from interviews.paige.objective.word_pieces import SPECIAL, UNKNOWN, WordPieces
from tests.interviews.paige.objective.labelled_objectives import HELD_BACK, Verdict, labelled_objectives, score, table

ROOT = Path(__file__).parents[4]
GUIDE = Guide.from_data(shipped_guide("win_loss_buyer"))


@pytest.fixture
def second_reader(settings: Settings) -> None:
    settings.PAIGE_SECOND_READER = True


class TestWordPieces:
    def test_the_most_probable_split_counts(self) -> None:
        pieces = WordPieces(["\u2581", "\u2581pri", "ce", "s", "\u2581price"], [-9.0, -3.0, -3.0, -2.0, -7.0])
        assert [index - SPECIAL for index in pieces.indexes("Prices PRI")] == [1, 2, 3, 1]

    def test_letters_that_no_piece_has_are_unknown(self) -> None:
        pieces = WordPieces(["\u2581", "a"], [-1.0, -1.0])
        assert [*pieces.indexes("a語a")] == [SPECIAL, SPECIAL + 1, UNKNOWN, SPECIAL + 1]

    def test_long_words_take_linear_time(self) -> None:
        pieces = WordPieces(["\u2581", "a"], [-1.0, -1.0])
        assert len([*pieces.indexes("a" * 1_000_000)]) <= 41


class TestShares:
    @pytest.mark.parametrize(
        ("text", "topic", "asked"),
        [
            ("Find out what they thought of our price.", "pricing", True),
            ("Bitte nicht über den Preis reden.", "pricing", False),
            ("Demande-leur quels concurrents ils ont regardés.", "options", True),
            ("No preguntes por el proceso de compra.", "process", False),
        ],
    )
    def test_tell_whether_an_objective_asks_or_avoids(self, text: str, topic: str, asked: bool) -> None:
        shares = shares_of_topics(text)
        assert shares
        assert (shares[topic].asked if asked else shares[topic].avoided) > 0.9
        assert all(sum(vars(share).values()) == pytest.approx(1) for share in shares.values())

    @pytest.mark.parametrize(
        "text", ["", " ", "?!", "\x00", pytest.param("語" * 100, id="unknown"), pytest.param("a" * 100_000, id="long")]
    )
    def test_any_text_can_be_read(self, text: str) -> None:
        assert shares_of_topics(text)

    def test_texts_that_are_longer_than_in_training_are_not_read(self) -> None:
        assert shares_of_topics("price " * MAX_PIECES)
        assert shares_of_topics("price " * (MAX_PIECES + 1)) is None


NEITHER, ASKED, AVOIDED = Shares(1, 0, 0), Shares(0, 1, 0), Shares(0, 0, 1)
UNSURE, DOUBTFUL = Shares(0.2, 0.4, 0.4), Shares(0.9, 0.05, 0.05)


@pytest.mark.usefixtures("second_reader")
class TestSteering:
    @pytest.mark.parametrize(
        ("objective", "shares", "emphasize", "avoid"),
        [
            ("Ask about the price.", ASKED, ["pricing"], []),
            ("Ask about the price.", UNSURE, ["pricing"], []),
            ("Ask about the price.", DOUBTFUL, [], []),
            ("Ask about the price.", NEITHER, [], []),
            ("Ask about the price.", AVOIDED, [], ["pricing"]),
            ("Do not ask about the price.", AVOIDED, [], ["pricing"]),
            ("Do not ask about the price.", UNSURE, [], ["pricing"]),
            ("Do not ask about the price.", DOUBTFUL, [], ["pricing"]),
            ("Do not ask about the price.", NEITHER, [], []),
            ("Do not ask about the price.", ASKED, ["pricing"], []),
            ("Hello there.", ASKED, ["pricing"], []),
            ("Hello there.", AVOIDED, [], ["pricing"]),
            ("Hello there.", UNSURE, [], []),
            ("Ask about the trial.", ASKED, ["experience"], []),  # what the signs say stays alone
            ("Ask about the trial.", AVOIDED, ["experience"], ["pricing"]),
        ],
    )
    def test_the_second_reader_confirms_corrects_and_adds(
        self, monkeypatch: pytest.MonkeyPatch, objective: str, shares: Shares, emphasize: list[str], avoid: list[str]
    ) -> None:
        steering._reasons.cache_clear()
        monkeypatch.setattr(steering, "shares_of_topics", lambda text: {"pricing": shares})
        found = steer(GUIDE, objective)
        steering._reasons.cache_clear()
        assert ([*found.emphasize], [*found.avoid]) == (emphasize, avoid)

    def test_the_reason_of_an_addition_is_the_sentence_that_decided(self) -> None:
        text = "Hi Paige. Was it all too rich for their blood? Thanks!"
        found = steer(GUIDE, text)
        assert [(reason.topic, reason.words) for reason in found.reasons] == [
            ("pricing", "Was it all too rich for their blood")
        ]

    def test_a_topic_that_means_something_else_is_not_read(self) -> None:
        data = shipped_guide("win_loss_buyer")
        for topic in data["topics"]:
            topic["objective_phrases"] = {"en": ["zebra"]}
        assert steer(Guide.from_data(data), "Do not ask about the price.") == Steering()

    def test_long_objectives_are_read_by_phrases_and_signs(self) -> None:
        objective = "Ask about the price. " + "Thank you. " * MAX_PIECES
        assert steer(GUIDE, objective).emphasize == ("pricing",)


def test_without_the_setting_nothing_is_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(steering, "shares_of_topics")
    assert steer(GUIDE, "Ask about the price, and do not mention the trial, zebra.").emphasize == ("pricing",)


def test_without_the_setting_its_package_is_not_imported() -> None:
    program = (
        "import sys, django; django.setup(); from interviews.paige.objective.steering import steer; "
        "print(sorted(sys.modules.keys() & {'numpy', 'interviews.paige.objective.steering'}))"
    )
    environment = {"HINDSIGHT_ENV": "development", "DJANGO_SETTINGS_MODULE": "hindsight.settings"}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert run.stdout == "['interviews.paige.objective.steering']\n"


@pytest.mark.usefixtures("second_reader")
def test_objectives_that_are_held_back_meet_the_aim() -> None:
    objectives = labelled_objectives(HELD_BACK)
    found = score(GUIDE, objectives)
    assert found.share(Verdict.RIGHT) >= 0.87, table(GUIDE, objectives)
    assert found.share(Verdict.WRONG) <= 0.031, table(GUIDE, objectives)
    assert found.respected == found.avoidances, table(GUIDE, objectives)
