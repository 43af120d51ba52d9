import random
import time
from collections.abc import Callable

import pytest

from staff.history.diff import Piece, TimeBudget, diff

LONG = "0123456789" * 100
LONGEST = 100_000  # characters of the longest notes


def marked(before: str, after: str, budget: TimeBudget | None = None) -> str:
    """The diff as one text: -deleted-, +inserted+, …omitted…."""
    marks = {"equal": "", "delete": "-", "insert": "+", "omitted": "…"}
    pieces = diff(before, after, budget or TimeBudget())
    return "".join(f"{marks[piece.kind]}{piece.text}{marks[piece.kind]}" for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("", "new", "+new+"),
        ("old", "", "-old-"),
        ("same", "same", "same"),
        ("the old words", "the new words", "the- old-+ new+ words"),
        ("one\ntwo\nthree", "one\n2\nthree", "one\n-two-+2+\nthree"),
        ("one\ntwo\n", "one\nand\ntwo\n", "one\n+and\n+two\n"),
        ("a pilot.", "a pilot in March.", "a pilot+ in March+."),
        ("a pilot", "a pilots", "a- pilot-+ pilots+"),
        ("unsettled is it", "settled is it", "-unsettled-+settled+ is it"),
        ("price: 10", "price: 12!", "price:- 10-+ 12!+"),
        ("main concern is cost", "cost settled, waits", "-main concern is cost-+cost settled, waits+"),
        ("a b a b", "a b", "a b- a b-"),
        ("{\n  one\n}", "{\n    one\n}", "{\n+  +  one\n}"),
    ],
)
def test_compares_words(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


def test_changed_values_of_json_notes() -> None:
    before = '{\n  "title": "CTO",\n  "won": false,\n  "since": "2024-05-01",\n  "tools": [\n    "Slack"\n  ]\n}'
    after = '{\n  "title": "CEO",\n  "won": true,\n  "since": "2024-06-12",\n  "tools": [\n    "Jira"\n  ]\n}'
    assert marked(before, after) == (
        '{\n  "title": "-CTO-+CEO+",\n  "won":- false-+ true+,\n  "since": "2024--05-01-+06-12+",\n'
        '  "tools": [\n    "-Slack-+Jira+"\n  ]\n}'
    )


def test_few_equal_words_between_edits_are_part_of_the_edits() -> None:
    before = "She wants: twelve uses spreadsheets today, it seems."
    after = "She wants: fifteen uses HubSpot since June, it seems."
    expected = "She wants:- twelve uses spreadsheets today-+ fifteen uses HubSpot since June+, it seems."
    assert marked(before, after) == expected


@pytest.mark.parametrize("seconds", [1.0, 0.0])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\r\nb", "a\nb"),
        ("日本 語", "日本 人"),
        ("x" * 50, "y\n" * 50),
        ("\n\n", "\n"),
        ("a  b c  d", "a  b  d"),
        ("a a a", "a a"),
        ("\ud7ff \ue000 x\n", "\ue000 \U0010ffff x\n"),
    ],
)
def test_the_pieces_join_to_both_texts(before: str, after: str, seconds: float) -> None:
    pieces = diff(before, after, TimeBudget(seconds))
    assert "".join(piece.text for piece in pieces if piece.kind != "insert") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "delete") == after


def test_the_pieces_of_random_texts_join_to_both_texts() -> None:
    generator = random.Random(1)
    budget = TimeBudget(10)
    for _ in range(300):
        before, after = ("".join(generator.choices("ab  \n.", k=generator.randrange(40))) for _ in range(2))
        pieces = diff(before, after, budget)
        assert "".join(piece.text for piece in pieces if piece.kind != "insert") == before
        assert "".join(piece.text for piece in pieces if piece.kind != "delete") == after


def test_a_long_equal_piece_is_cut_in_its_middle() -> None:
    assert diff(f"{LONG} old", f"{LONG} new", TimeBudget())[1] == Piece("omitted", "600 unchanged characters")


def test_without_time_the_difference_is_one_deletion_and_one_insertion() -> None:
    before, after = "the old words in the middle are old", "the new words in the middle are new"
    assert marked(before, after) == "the- old-+ new+ words in the middle are- old-+ new+"
    expected = "the- old words in the middle are old-+ new words in the middle are new+"
    assert marked(before, after, TimeBudget(0)) == expected


def random_words(length: int, vocabulary: list[str], separator: str, seed: int) -> str:
    generator = random.Random(seed)
    return separator.join(generator.choices(vocabulary, k=length))[:length]


def pair_of_random_words(length: int) -> tuple[str, str]:
    vocabulary = [f"word{number}" for number in range(5_000)]
    return random_words(length, vocabulary, " ", 1), random_words(length, vocabulary, " ", 2)


def pair_of_random_lines(length: int) -> tuple[str, str]:
    return random_words(length, ["a", "b", "c d"], "\n", 1), random_words(length, ["a", "b", "c d"], "\n", 2)


def pair_of_repeated_characters(length: int) -> tuple[str, str]:
    return "a " + "!" * (length - 3) + "b", "c " + "!" * (length - 3) + "d"


def pair_of_shifted_characters(length: int) -> tuple[str, str]:
    half = length // 2 - 3
    return "q " + "!" * half + "b " + "!" * half, "!" * half + "z "


def pair_of_reversed_lines(length: int) -> tuple[str, str]:
    lines = random_words(length, [f"line {number}" for number in range(5_000)], "\n", 1).split("\n")
    return "\n".join(lines), "\n".join(reversed(lines))


def pair_of_distinct_characters(length: int) -> tuple[str, str]:
    return "".join(map(chr, range(0x50000, 0x50000 + length))), "".join(map(chr, range(0x70000, 0x70000 + length)))


def pair_of_spaces(length: int) -> tuple[str, str]:
    return " " * (length - 1) + "\n", "x" + " " * (length - 2) + "y"


PAIRS = [
    pair_of_random_words,
    pair_of_random_lines,
    pair_of_repeated_characters,
    pair_of_shifted_characters,
    pair_of_reversed_lines,
    pair_of_distinct_characters,
    pair_of_spaces,
]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("length", [6_000, LONGEST])
def test_twenty_diffs_of_a_page_take_under_a_second(pair: Callable[[int], tuple[str, str]], length: int) -> None:
    before, after = pair(length)
    budget = TimeBudget()
    started = time.process_time()
    for _ in range(20):
        diff(before, after, budget)
    assert time.process_time() - started < 1


def test_one_expensive_diff_leaves_time_for_the_others() -> None:
    budget = TimeBudget()
    diff(*pair_of_random_words(LONGEST), budget)
    assert marked("the old words", "the new words", budget) == "the- old-+ new+ words"
