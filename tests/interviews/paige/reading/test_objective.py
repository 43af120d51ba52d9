"""What must hold for any weights. tools/reader scores what is read."""

from dataclasses import replace

import pytest

from interviews.paige.reading import objective
from interviews.paige.reading.model import SPECIAL, UNKNOWN, ObjectiveScores, Word, WordPieces, topic_vectors, windows
from interviews.paige.reading.network import Reader
from interviews.paige.reading.objective import (
    MAX_PARTS,
    MAX_READ_CHARACTERS,
    MAX_READ_SENTENCES_OF_NOTES,
    objective_parts,
    read_notes,
    read_objective,
)
from interviews.paige.reading.readings import MAX_LENGTH_OF_A_SUBJECT, MAX_SUBJECTS, ObjectiveReading, names_of
from tests.interviews.paige.interviews import parsed_guide

GUIDE = parsed_guide()
OBJECTIVE = "Hi! Find out how the security review at Acme went, and who decided; do not ask about price or SSO. Thanks!"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "?!", "\x00", "null", "\u202e", OBJECTIVE, f"{OBJECTIVE}\n" * 12),
        pytest.param("語" * 100, id="unknown"),
        pytest.param("a" * 100_000, id="long"),
        pytest.param("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200, id="one word of many pieces"),
    ],
)
@pytest.mark.parametrize("guide", ["win_loss_buyer", "nps_follow_up"])
def test_any_text_is_read_and_what_decides_is_exact(text: str, guide: str) -> None:
    own = parsed_guide(guide)
    found = read_objective(text, own, "Acme")
    keys = [topic.key for topic in own.topics]
    assert len({each.topic for each in found.topics}) == len(found.topics)
    for each in found.topics:
        assert each.topic in keys
        assert each.words == text[each.start : each.start + len(each.words)] != ""
    assert len(found.subjects) <= MAX_SUBJECTS
    for subject, key in found.subjects:
        assert (len(subject) <= MAX_LENGTH_OF_A_SUBJECT, key in ("", *keys)) == (True, True)
        assert subject in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "size", "most", "expected"),
    [
        ("One. Two three. Four", 3, 9, ["One. Two three.", "Four"]),
        ("One. Two three four", 3, 9, ["One.", "Two three four"]),
        ("One two three four", 3, 9, ["One two three", "four"]),
        ("One. Two three four", 3, 2, ["One. Two"]),
        ("", 3, 9, []),
    ],
)
def test_a_long_text_is_cut_at_ends_of_sentences(text: str, size: int, most: int, expected: list[str]) -> None:
    words = [Word(text.index(each), text.index(each) + len(each), (7,)) for each in text.split()]
    found = [text[window[0].start : window[-1].end] for window in windows(text, words, size, most)]
    assert found == expected


def test_a_word_with_more_pieces_than_a_window_is_bounded() -> None:
    assert [[each.pieces for each in window] for window in windows("a", [Word(0, 1, (7,) * 9)], 4, 9)] == [[(7,) * 4]]


def test_what_notes_say_there_was_none_of_avoids_nothing() -> None:
    fields = "title: Owner; outcome: no decision, closed in June; reason in CRM: no budget; left in May"
    assert read_notes(fields, GUIDE) == ObjectiveReading()


def test_the_vendors_name_in_a_guide_changes_nothing() -> None:
    names = names_of("Globex Sewing Machines")
    assert topic_vectors(GUIDE.for_vendor("Globex Sewing Machines"), names) is topic_vectors(GUIDE, names)
    assert topic_vectors(GUIDE, {}) is topic_vectors(GUIDE, names)


def test_a_clause_of_marks_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def every_topic_is_asked(_: object, words: list[Word], vectors: list[object]) -> ObjectiveScores:
        asked, odds = [[0.0, 1.0, 0.0]] * len(vectors), [[1.0, 0.0]] * len(vectors)
        return ObjectiveScores(asked, [(0, len(words) - 1)], [odds], [0.0] * len(words))

    monkeypatch.setattr(Reader, "objective_scores", every_topic_is_asked)
    guide = replace(GUIDE, name="Another guide, of which nothing is remembered")
    assert read_objective("- !", guide) == ObjectiveReading()
    assert read_objective("- price!", guide).topics[0].words == "price"


def test_notes_and_objectives_are_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_words_are_split_into_the_most_probable_pieces() -> None:
    pieces = WordPieces(["\u2581", "\u2581pri", "ce", "s", "\u2581price"], [-9.0, -3.0, -3.0, -2.0, -7.0])
    assert [index - SPECIAL for index in pieces.indexes("Prices PRI")] == [1, 2, 3, 1]
    assert [index - SPECIAL for index in pieces.indexes("語ce")] == [0, UNKNOWN - SPECIAL, 2]
    assert len([*pieces.indexes("s" * 1_000_000)]) <= 41


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (
            "Find out how the pilot went and why finance preferred Datalane",
            ["Find out how the pilot went", "why finance preferred Datalane"],
        ),
        ("Ask about price and packaging.", ["Ask about price and packaging"]),
        ("They are a bank. Why did they leave?", ["They are a bank", "Why did they leave"]),
        (
            "Verstehen, warum der Pilot scheiterte und wer gegen uns war",
            ["Verstehen, warum der Pilot scheiterte", "wer gegen uns war"],
        ),
    ],
)
def test_an_objective_has_parts(text: str, parts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objective, "read_objective", lambda *_: ObjectiveReading())
    assert [text[each.start :][: len(each.words)] for each in objective_parts(text, GUIDE)] == parts


def test_a_long_objective_has_only_so_many_parts() -> None:
    assert len(objective_parts("Why did they leave us? " * 400, GUIDE)) <= MAX_PARTS
