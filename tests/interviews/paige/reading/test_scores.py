"""The committed weights read most lines for development as they are labelled. `make labels` prints all figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

import pytest

from interviews.paige.reading.answer import MAX_READ_PIECES as MAX_READ_PIECES_OF_AN_ANSWER
from interviews.paige.reading.answer import read_answer
from interviews.paige.reading.model import reader
from interviews.paige.reading.objective import MAX_READ_PIECES, read_objective
from interviews.paige.reading.readings import AnswerReading, names_of
from tools.reader import measures
from tools.reader.labels import BUYER, Objective, interviews, objectives
from tools.reader.measures import guide_of, share

GUIDE, NAMES, QUESTION = guide_of(BUYER, vendor="Acme"), names_of("Acme", ["Globex"]), "What led to that?"

# Floors of shares that are right, and ceilings of those that are wrong: the committed weights are better.
OBJECTIVES_RIGHT, OBJECTIVES_WRONG, TURNED_ROUND, AVOIDANCES_MISSED = 0.6, 0.22, 0.05, 0.35
OTHERS_RIGHT, OTHERS_WRONG = 0.55, 0.21
CHANGED_BY_A_NEUTRAL_SENTENCE = 0.4
STATEMENTS, DECISIVE, WRONG_AMONG_SHOWN = 0.55, 0.55, 0.35
ACTS, MISREAD = 0.6, 0.03
TOLD_F1, CUTS_F1 = 0.75, 0.8


def for_development(*, shipped: bool) -> list[Objective]:
    return [each for each in objectives() if each.is_for_development and (each.guide == BUYER) == shipped]


@cache
def answers() -> Sequence[measures.ReadAnswer]:
    return [*measures.answers_of(each for each in interviews() if each.is_for_development)]


def shares(counts: Counter[str], *, of: str) -> Mapping[str, float]:
    return {name: share(count, counts[of]) for name, count in counts.items()}


@pytest.mark.slow
class TestScores:
    def test_objectives_for_the_shipped_guide(self) -> None:
        lines = for_development(shipped=True)[::3]
        counts = measures.objectives_read(lines)
        assert counts["right"] >= OBJECTIVES_RIGHT * len(lines), counts
        assert counts["wrong"] <= OBJECTIVES_WRONG * len(lines), counts
        assert counts["turned round"] <= TURNED_ROUND * len(lines), counts
        assert counts["avoidances missed"] <= AVOIDANCES_MISSED * counts["avoidances"], counts

    def test_objectives_for_guides_of_others(self) -> None:
        lines = for_development(shipped=False)
        counts = measures.objectives_read(lines)
        assert counts["right"] >= OTHERS_RIGHT * len(lines), counts
        assert counts["wrong"] <= OTHERS_WRONG * len(lines), counts

    def test_a_neutral_sentence_changes_few_readings(self) -> None:
        found = shares(measures.readings_changed(for_development(shipped=True)[::20]), of="read")
        assert found["changed"] <= CHANGED_BY_A_NEUTRAL_SENTENCE

    def test_drivers(self) -> None:
        counts = measures.drivers_shown(answers())
        assert counts["found"] >= STATEMENTS * counts["labelled"], counts
        assert counts["decisive found"] >= DECISIVE * counts["decisive"], counts
        assert counts["turned"] + counts["invented"] <= WRONG_AMONG_SHOWN * counts["shown"], counts

    def test_acts(self) -> None:
        counts = measures.acts_read(answers())
        assert counts["right"] >= ACTS * counts["with_acts"], counts
        assert counts["misread"] <= MISREAD * counts["innocent"], counts

    def test_topics_told_and_clauses(self) -> None:
        assert measures.f1(measures.topics_told(answers())) >= TOLD_F1
        assert measures.f1(measures.cuts_read(answers())) >= CUTS_F1


def read(text: str) -> AnswerReading:
    return read_answer(text, QUESTION, GUIDE, NAMES)


TEXTS = [
    *("", "\n", "We chose Acme. It was good, but Globex was cheaper.", "no", " so\n\nyes — “maybe” ", "?!", "\x00"),
    *("😀 ok", "a" * 5_000, "語" * 100, "a " * 3_000, "Acme" * 50, "\ufdfa" * 200, "\ufdfa" * 200 + " price"),
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:9]))
@pytest.mark.slow
def test_clauses_are_exact_and_in_order(text: str) -> None:
    clauses = read(text).clauses
    assert [text[each.start : each.end] for each in clauses] == [each.text for each in clauses]
    assert all(one.end <= other.start for one, other in pairwise(clauses))
    assert bool(clauses) == bool(text.strip())


@pytest.mark.slow
class TestNumbers:
    def test_objectives_that_differ_in_numbers_are_read_alike(self) -> None:
        texts = ("Ask team 7 about the price of 1,500 seats.", "Ask team 12 about the price of 40 seats.")
        one, other = (measures.topics_of(text, GUIDE) for text in texts)
        assert one == other

    def test_answers_that_differ_in_numbers_are_read_alike(self) -> None:
        texts = ("We had 35,000 approved, and they wanted 50.", "We had 7 approved, and they wanted 1.5.")
        one, other = (
            [(each.act, each.kind, each.topics, each.speaks, each.certainty) for each in read(text).clauses]
            for text in texts
        )
        assert one == other


@pytest.mark.parametrize(("name", "most"), [("objective", MAX_READ_PIECES), ("answer", MAX_READ_PIECES_OF_AN_ANSWER)])
@pytest.mark.slow
def test_the_beginning_of_a_long_text_is_read(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    read_objective("The price.", GUIDE)  # topics are encoded once
    encoded: list[int] = []
    rows = reader().encoder.rows

    def counted(texts: Sequence[Sequence[int]]) -> object:
        encoded.extend(map(len, texts))
        return rows(texts)

    monkeypatch.setattr(reader().encoder, "rows", counted)
    text = "We liked the demo, and then they called us again. " * 2_000
    if name == "objective":
        read_objective(text, GUIDE)
    else:
        assert read(text).clauses[-1].end < len(text) / 4
    assert most / 2 < sum(encoded) <= 1.5 * most  # windows repeat the question, or the beginning of a sentence
