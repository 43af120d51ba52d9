"""Readings as the text of a column."""

import json
import logging
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.lifecycle import Direction
from interviews.paige.reading import stored
from interviews.paige.reading.model import READER_VERSION, WEIGHTS
from interviews.paige.reading.readings import (
    About,
    Act,
    AnswerReading,
    Clause,
    ObjectiveReading,
    StatementKind,
    TopicReading,
)
from interviews.paige.reading.stored import (
    MODEL,
    SteeringReading,
    TextReading,
    answer_in,
    answer_text,
    digest_of,
    text_in,
)

texts = st.text('aZ é\n"\\\N{GRINNING FACE}\u202e', min_size=1, max_size=40)
keys = st.text("abcdefghij_", min_size=1, max_size=12)


@st.composite
def places(draw: st.DrawFn, text: str) -> tuple[int, int]:
    start = draw(st.integers(0, len(text) - 1))
    return start, draw(st.integers(start + 1, len(text)))


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, AnswerReading]:
    text, clauses = draw(texts), []
    for _ in range(draw(st.integers(0, 4))):
        start, end = draw(places(text))
        clauses.append(
            Clause(
                text[start:end],
                start,
                draw(st.none() | st.sampled_from(Act)),
                draw(st.none() | st.sampled_from(StatementKind)),
                tuple(draw(st.lists(keys, max_size=2))),
                draw(st.none() | st.sampled_from(Direction)),
                draw(st.none() | st.sampled_from(About)),
                draw(st.booleans()),
                draw(st.integers(0, 10_000)) / 10_000,
                draw(st.booleans()),
                draw(st.integers(0, 13_000)) / 10_000,
            )
        )
    return text, AnswerReading(tuple(clauses))


@st.composite
def objectives(draw: st.DrawFn) -> tuple[str, TextReading]:
    text, found = draw(texts.filter(str.strip)), []
    for _ in range(draw(st.integers(0, 8))):
        start, end = draw(places(text))
        found.append(TopicReading(draw(keys), draw(st.booleans()), text[start:end], start))
    subjects = tuple(draw(st.lists(st.tuples(texts, keys), max_size=3)))
    read = ObjectiveReading(tuple(found[::2]), subjects, tuple(found[1::2]))
    return text, TextReading(digest_of(text, 1, 2), read, draw(st.sampled_from([MODEL, READER_VERSION])))


@given(answers())
def test_the_reading_of_an_answer_is_restored(example: tuple[str, AnswerReading]) -> None:
    text, reading = example
    assert answer_in(answer_text(reading, text), text) == reading
    assert answer_in(answer_text(reading, text), f"{text}a") is None


@given(objectives(), objectives())
def test_the_readings_of_objective_and_notes_are_restored(
    said: tuple[str, TextReading], noted: tuple[str, TextReading]
) -> None:
    (objective, of_objective), (notes, of_notes) = said, noted
    stored_text = SteeringReading(of_objective, of_notes, of_objective).text
    assert (
        text_in("objective", stored_text, objective, 1, 2)
        == text_in("reason", stored_text, objective, 1, 2)
        == of_objective
    )
    assert text_in("notes", stored_text, notes, 1, 2) == of_notes


CLAUSE = [0, 2, None, "fact", ["pricing"], "for", None, 0, 1.0, 0, 0.5]


def of_clause(*clause: Any) -> str:
    return json.dumps({"reader": READER_VERSION, "of": digest_of("Zebra"), "clauses": [list(clause)]})


BROKEN = {
    "no JSON": "Zebra",
    "another type": '["Zebra"]',
    "a number": "7",
    "no digest": json.dumps({"reader": READER_VERSION, "clauses": []}),
    "no clauses": json.dumps({"reader": READER_VERSION, "of": digest_of("Zebra")}),
    "clauses of another type": json.dumps({"reader": READER_VERSION, "of": digest_of("Zebra"), "clauses": "Zebra"}),
    "too few columns": of_clause(0, 2),
    "an unknown kind": of_clause(*CLAUSE[:3], "Zebra", *CLAUSE[4:]),
    "a topic of another type": of_clause(*CLAUSE[:4], [1], *CLAUSE[5:]),
    "a place outside of the answer": of_clause(0, 99, *CLAUSE[2:]),
    "a place before the answer": of_clause(-1, 1, *CLAUSE[2:]),
    "an empty place": of_clause(0, 0, *CLAUSE[2:]),
    "a place of another type": of_clause("0", 2, *CLAUSE[2:]),
    "a number that is too large": of_clause(*CLAUSE[:8], 10**400, *CLAUSE[9:]),
    "deep nesting": "[" * 100_000,
}


@pytest.mark.parametrize("written", BROKEN.values(), ids=BROKEN)
def test_what_is_not_valid_counts_as_not_read_and_is_logged_without_it(
    written: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert answer_in(written, "Zebra") is None
    [record] = caplog.records
    assert (record.name, record.levelno) == (stored.__name__, logging.WARNING)
    assert "Zebra" not in caplog.text


@pytest.mark.parametrize("written", ["", json.dumps({"reader": "0", "clauses": []})])
def test_what_another_version_has_read_counts_as_not_read(written: str, caplog: pytest.LogCaptureFixture) -> None:
    assert answer_in(written, "Zebra") is None
    assert not caplog.records


class TestSteering:
    READ = SteeringReading(
        TextReading(digest_of("The price", 1, 2), ObjectiveReading((TopicReading("pricing", False, "price", 4),))),
        TextReading(digest_of("Prefers calls", 1, 2), ObjectiveReading()),
        TextReading(digest_of("Cheap", 1, 2), ObjectiveReading()),
    )

    @pytest.mark.parametrize(
        ("text", "interview_type", "version"), [("The prices", 1, 2), ("The price", 2, 2), ("The price", 1, 3)]
    )
    def test_another_text_or_guide_is_not_read(self, text: str, interview_type: int, version: int) -> None:
        assert text_in("objective", self.READ.text, text, interview_type, version) is None
        assert text_in("notes", self.READ.text, "Prefers calls", 1, 2) == self.READ.notes

    @pytest.mark.parametrize("text", ["", " \n"])
    def test_a_blank_text_needs_no_reading(self, text: str) -> None:
        found = text_in("objective", "", text, 1, 2)
        assert found is not None
        assert found.reading == ObjectiveReading()

    def test_a_new_version_of_the_reader_keeps_what_a_model_has_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        by_model = self.READ.with_objective(ObjectiveReading())
        monkeypatch.setattr(stored, "READER_VERSION", "2")
        assert text_in("objective", self.READ.text, "The price", 1, 2) is None
        found = text_in("objective", by_model.text, "The price", 1, 2)
        assert found is not None
        assert found.source == "model"
        assert text_in("notes", by_model.text, "Prefers calls", 1, 2) is None

    def test_no_words_of_notes_are_stored(self) -> None:
        notes = ObjectiveReading((TopicReading("pricing", True, "Zebra", 0),))
        assert "Zebra" not in replace(self.READ, notes=TextReading("", notes)).text


def test_the_version_is_that_of_the_weights() -> None:
    assert READER_VERSION.partition("-")[2] == sha256(WEIGHTS.read_bytes()).hexdigest()[:12]
