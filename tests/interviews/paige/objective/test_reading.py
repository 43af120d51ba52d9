"""The encoder confirms, contradicts and adds to what the phrases of an objective say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.objective import reading
from interviews.paige.objective.steering import Steering, steer
from interviews.paige.objective.thresholds import MAX_PIECES, MAX_READ_PIECES
from interviews.paige.objective.topic_labels import Labels, Probabilities, labels_of, pieces_of, remembered
from interviews.paige.reading.encoder import TextEncoder
from interviews.paige.reading.word_pieces import SPECIAL, UNKNOWN, WordPieces

GUIDE = Guide.from_data(shipped_guide("win_loss_buyer"))


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


class TestLabels:
    @pytest.mark.parametrize(
        ("text", "topic", "asked"),
        [
            ("Find out what they thought of our price.", "pricing", True),
            ("Bitte nicht über den Preis reden.", "pricing", False),
            ("Demande-leur quels concurrents ils ont regardés.", "options", True),
            ("No preguntes por el proceso de compra.", "process", False),
        ],
    )
    @pytest.mark.slow
    def test_tell_whether_an_objective_asks_or_avoids(self, text: str, topic: str, asked: bool) -> None:
        (labels,) = labels_of([pieces_of(text)])
        assert (labels[topic].asked if asked else labels[topic].avoided) > 0.9
        assert all(sum(share[:3]) == pytest.approx(1) for share in labels.values())

    @pytest.mark.slow
    def test_a_text_has_the_same_labels_alone_and_beside_others(self) -> None:
        texts = [
            pieces_of(text) for text in ("Ask about the price.", "", "Wie lief die Demo, und wer hat entschieden?")
        ]
        together = labels_of(texts)
        remembered.clear()
        alone = [labels_of([text])[0] for text in texts]
        for one, other in zip(together, alone, strict=True):
            assert {topic: pytest.approx(share, abs=1e-4) for topic, share in one.items()} == other

    def test_texts_that_differ_in_numbers_are_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first, *_ = labels_of([pieces_of("Ask team 7 about the price of 1,500 seats.")])
        monkeypatch.setattr(TextEncoder, "rows", None)
        assert labels_of([pieces_of("Ask team 12 about the price of 40 seats.")]) == [first]

    @pytest.mark.parametrize(
        "text", ["", " ", "?!", "\x00", pytest.param("語" * 100, id="unknown"), pytest.param("a" * 100_000, id="long")]
    )
    @pytest.mark.slow
    def test_any_text_can_be_read(self, text: str) -> None:
        assert labels_of([pieces_of(text)])
        assert steer(GUIDE, text) == Steering()


NEITHER, ASKED, AVOIDED = Probabilities(1, 0, 0), Probabilities(0, 1, 0), Probabilities(0, 0, 1)
UNSURE, DOUBTFUL = Probabilities(0.03, 0.92, 0.05), Probabilities(0.75, 0.05, 0.2)


class TestReading:
    @pytest.fixture(autouse=True)
    def fresh(self) -> Iterator[None]:
        reading.reasons_in.cache_clear()
        yield
        reading.reasons_in.cache_clear()

    @pytest.mark.parametrize(
        ("objective", "share", "emphasize", "avoid"),
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
            ("Ask about the trial.", ASKED, ["experience", "pricing"], []),
            ("Ask about the trial.", AVOIDED, ["experience"], ["pricing"]),
        ],
    )
    def test_the_encoder_confirms_contradicts_and_adds(
        self,
        monkeypatch: pytest.MonkeyPatch,
        objective: str,
        share: Probabilities,
        emphasize: list[str],
        avoid: list[str],
    ) -> None:
        monkeypatch.setattr(reading, "labels_of", lambda texts: [{"pricing": share} for _ in texts])
        found = steer(GUIDE, objective)
        assert ([*found.emphasize], [*found.avoid]) == (emphasize, avoid)

    @pytest.mark.parametrize(
        ("objective", "emphasize", "avoid"),
        [
            ("Given that they ran a pilot, what mattered most to them?", "criteria", ""),
            ("Ask about support, skip history (how the search started, who decided)", "experience", "trigger process"),
            (
                "Hi, Dana ran the pilot on their side. Please find out whether price was the reason. Thanks!",
                "pricing",
                "",
            ),
            ("Wie war die Demo? Den Preis lassen wir weg.", "experience", "pricing"),
            ("Parler du support sans aborder le prix", "experience", "pricing"),
            ("La demo sí. Del precio, mejor no hables.", "experience", "pricing"),
        ],
    )
    @pytest.mark.slow
    def test_phrases_and_encoder_together(self, objective: str, emphasize: str, avoid: str) -> None:
        found = steer(GUIDE, objective)
        assert ([*found.emphasize], [*found.avoid]) == (emphasize.split(), avoid.split())

    @pytest.mark.slow
    def test_wordings_that_avoid(self) -> None:
        wordings = (
            (Path(__file__).with_name("wordings") / "avoid_price.txt").read_text(encoding="utf-8").splitlines()[::10]
        )
        found = [steer(GUIDE, f"Demo. {wording}").avoid for wording in wordings]
        assert sum("pricing" in avoid for avoid in found) >= 0.98 * len(wordings)

    def test_the_sentence_of_a_topic_confirms_it_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def labels(texts: Sequence[Sequence[int]]) -> list[Labels]:
            is_alone = [[*text] == pieces_of("The price.") for text in texts]
            return [
                {"pricing": Probabilities(0.001, 0.999, 0) if each else Probabilities(0.3, 0.7, 0)} for each in is_alone
            ]

        monkeypatch.setattr(reading, "labels_of", labels)
        assert steer(GUIDE, "The price. And the onboarding.").emphasize == ("pricing", "experience")

    @pytest.mark.parametrize(
        ("objective", "topic", "words"),
        [
            (
                "Hi Paige. Would they have signed for less? Thanks!",
                "pricing",
                "Would they have signed for less",
            ),
            (
                "As far as I know they liked it, but was it all too rich for their blood?",
                "pricing",
                "but was it all too rich for their blood",
            ),
            ("¿Dónde flojea nuestro programa?", "vendor", "Dónde flojea nuestro programa"),
        ],
    )
    def test_the_reason_of_an_addition_is_the_clause_that_decided(self, objective: str, topic: str, words: str) -> None:
        assert not GUIDE.topic_names.phrases.find(objective.casefold().split())
        assert [(reason.topic, reason.words) for reason in steer(GUIDE, objective).reasons] == [(topic, words)]

    def test_topics_with_other_phrases_are_read_by_phrases_alone(self) -> None:
        first, *others = GUIDE.topics
        changed = replace(GUIDE, topics=(replace(first, objective_phrases=(*first.objective_phrases, "zzz")), *others))
        assert changed.topic_names.encoded == {topic.key for topic in others}
        data = shipped_guide("win_loss_buyer")
        for topic in data["topics"]:
            topic["objective_phrases"] = {"en": ["zebra"]}
        assert steer(Guide.from_data(data), "Do not ask about the price.") == Steering()
        assert steer(Guide.from_data(data), "Do not ask about the zebra.").avoid

    @pytest.mark.parametrize(
        ("guide", "is_known"), [("win_loss_buyer", True), ("win_loss_buyer_de", True), ("nps_follow_up", False)]
    )
    def test_the_encoder_knows_the_topics_of_win_loss_guides(self, guide: str, is_known: bool) -> None:
        found = Guide.from_data(shipped_guide(guide))
        assert found.topic_names.encoded == ({topic.key for topic in found.topics} if is_known else set())

    def test_notes_are_read_by_phrases_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(reading, "labels_of")
        assert steer(GUIDE, "", "Main concern is pricing. ¿Dónde flojea nuestro programa?").emphasize == ("pricing",)


@pytest.mark.slow
class TestLongTexts:
    @pytest.mark.parametrize("sentence", ["Thank you. ", "The account is in Lyon.\n", "Ask about the demo. "])
    def test_are_read_in_windows(self, sentence: str) -> None:
        ask = "Would they have signed for less? "
        avoid = "Bitte nicht über den Preis reden. "
        count = MAX_PIECES * 2 // len(pieces_of(sentence))
        assert steer(GUIDE, sentence * count + avoid).avoid == ("pricing",)
        if "demo" not in sentence:
            assert steer(GUIDE, sentence * count + ask).emphasize == ("pricing",)

    def test_phrases_alone_read_what_is_too_long(self) -> None:
        assert steer(GUIDE, "Thank you. " * MAX_READ_PIECES + "Do not ask about the price.").avoid == ("pricing",)
        assert steer(GUIDE, "thank you, " * MAX_PIECES + "ask about the price").emphasize == ("pricing",)
