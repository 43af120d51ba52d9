import random
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from staff.history.diff import PAGE_SECONDS, TimeBudget, diff

LONG = "0123456789" * 100
LONGEST = 100_000  # characters of the longest notes


JSON = '{\n  "won":- false-+ true+,\n  "a": "-Slack-+Jira+"\n}'
FEW_EQUAL_WORDS = "he:- twelve uses a sheet today-+ fifteen uses HubSpot since June+, too"


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
        ('{\n  "won": false,\n  "a": "Slack"\n}', '{\n  "won": true,\n  "a": "Jira"\n}', JSON),
        (f"{LONG} old", f"{LONG} new", f"{LONG[:200]}…600 unchanged characters…{LONG[-200:]}- old-+ new+"),
        ("he: twelve uses a sheet today, too", "he: fifteen uses HubSpot since June, too", FEW_EQUAL_WORDS),
    ],
)
def test_compares_words(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


def test_the_pieces_join_to_both_texts() -> None:
    generator = random.Random(1)
    texts = ["".join(generator.choices("ab  \n.", k=generator.randrange(40))) for _ in range(300)]
    pairs = [
        ("a\r\nb", "a\nb"),
        ("日本 語", "日本 人"),
        ("x" * 50, "y\n" * 50),
        ("\ud7ff \ue000 x\n", "\ue000 \U0010ffff x\n"),
    ]
    for before, after in [*pairs, *pairwise(texts)]:
        for seconds in (10.0, 0.0):
            pieces = diff(before, after, TimeBudget(seconds))
            assert "".join(piece.text for piece in pieces if piece.kind != "insert") == before
            assert "".join(piece.text for piece in pieces if piece.kind != "delete") == after


def test_without_time_the_difference_is_one_deletion_and_one_insertion() -> None:
    before, after = "the old words in the middle are old", "the new words in the middle are new"
    assert marked(before, after) == "the- old-+ new+ words in the middle are- old-+ new+"
    expected = "the- old words in the middle are old-+ new words in the middle are new+"
    assert marked(before, after, TimeBudget(0)) == expected


def words_of(length: int, vocabulary: list[str], separator: str) -> tuple[str, str]:
    one, other = (separator.join(random.Random(seed).choices(vocabulary, k=length))[:length] for seed in (1, 2))
    return one, other


def reversed_lines(length: int) -> tuple[str, str]:
    lines = words_of(length, [f"line {number}" for number in range(5_000)], "\n")[0].split("\n")
    return "\n".join(lines), "\n".join(reversed(lines))


PAIRS: dict[str, Callable[[int], tuple[str, str]]] = {
    "words": lambda length: words_of(length, [f"word{number}" for number in range(5_000)], " "),
    "reversed lines": reversed_lines,
    "repeated characters": lambda length: (f"a {'!' * length}b", f"c {'!' * length}d"),
    "shifted characters": lambda length: (
        f"q {'!' * (length // 2)}b {'!' * (length // 2)}",
        f"{'!' * (length // 2)}z ",
    ),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_twenty_diffs_stay_near_the_time_for_a_page(pair: Callable[[int], tuple[str, str]]) -> None:
    before, after = pair(LONGEST)
    budget = TimeBudget()
    started = time.process_time()
    for _ in range(20):
        diff(before, after, budget)
    assert time.process_time() - started < 2.5 * PAGE_SECONDS


def test_one_expensive_diff_leaves_time_for_the_others() -> None:
    budget = TimeBudget()
    diff(*PAIRS["words"](LONGEST), budget)
    assert marked("the old words", "the new words", budget) == "the- old-+ new+ words"
