"""Notes avoid topics sentence by sentence."""

from dataclasses import replace

import pytest

from interviews.paige.reading import objective
from interviews.paige.reading.objective import (
    MAX_READ_CHARACTERS,
    MAX_READ_SENTENCES_OF_NOTES,
    read_notes,
    read_objective,
)
from interviews.paige.reading.readings import ObjectiveReading
from tools.reader.labels import BUYER
from tools.reader.measures import guide_of

GUIDE = guide_of(BUYER, vendor="Acme")
FIELDS = "title: Owner; outcome: no decision, closed in June; reason in CRM: no budget; left in May"


@pytest.mark.parametrize("text", ["\ufdfa" * 200, "Ask about price. " + "\ufdfa" * 200])
def test_a_word_with_more_pieces_than_a_window_is_read(text: str) -> None:
    assert [each.topic for each in read_objective(text, GUIDE).topics] == ["pricing"] * ("price" in text)
    assert read_notes(text, GUIDE).topics == ()


def test_what_notes_say_there_was_none_of_avoids_nothing() -> None:
    assert read_notes(FIELDS, GUIDE) == ObjectiveReading()
    [found] = read_notes(f"{FIELDS}\n\nNo pricing questions, please. Jane knows.", GUIDE).topics
    assert (found.topic, found.is_avoided, found.words) == ("pricing", True, "No pricing questions, please.")


def test_notes_are_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str, *others: object) -> ObjectiveReading:
        read.append(text)
        return ObjectiveReading()

    monkeypatch.setattr(objective, "_read", reading)
    guide = replace(GUIDE, name="Another guide, of which nothing is remembered")
    assert read_notes("Met.\n" * 10_000, guide) == ObjectiveReading()
    assert read == ["Met."] * MAX_READ_SENTENCES_OF_NOTES
    read.clear()
    read_notes("word " * 10_000, guide)
    assert [len(text) for text in read] == [MAX_READ_CHARACTERS - 1]


@pytest.mark.parametrize(
    ("notes", "sentences"),
    [
        ("Met Dr. Smith. Call 9 May!\n\nDone", ["Met Dr. Smith.", "Call 9 May!", "Done"]),
        ("Do not ask about:\n- price\n - demo\nJane", ["Do not ask about:\n- price\n - demo", "Jane"]),
        ("- one\n- two", ["- one", "- two"]),
        ("", []),
    ],
)
def test_notes_are_read_by_sentences_and_lists(notes: str, sentences: list[str]) -> None:
    found = [*objective._sentences(notes)]
    assert [sentence for _, sentence in found] == sentences
    assert all(notes.startswith(sentence, start) for start, sentence in found)
