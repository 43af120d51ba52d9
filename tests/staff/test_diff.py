import time

import pytest

from staff.diff import Piece, diff

LONG = "0123456789" * 100


def shown(before: str, after: str) -> str:
    """The diff in one line: -what went-, +what came+."""
    marks = {"same": "", "gone": "-", "new": "+", "left_out": "…"}
    return "".join(f"{marks[piece.kind]}{piece.text}{marks[piece.kind]}" for piece in diff(before, after))


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", ""),
        ("", "new", "+new+"),
        ("old", "", "-old-"),
        ("same", "same", "same"),
        ("the old words", "the new words", "the -old -+new +words"),
        ("one\ntwo\nthree", "one\n2\nthree", "one\n-two-+2+\nthree"),
        ("one\ntwo\n", "one\nand\ntwo\n", "one\n+and\n+two\n"),
        ("price: 10", "price: 12!", "price: -10-+12!+"),
        ("main concern is cost", "cost settled, waits", "-main concern is cost-+cost settled, waits+"),
        ("a b a b", "a b", "a -b a -b"),
    ],
)
def test_is_by_words_within_lines(before: str, after: str, pieces: str) -> None:
    assert shown(before, after) == pieces


@pytest.mark.parametrize(
    ("before", "after"), [("a\r\nb", "a\nb"), ("日本 語", "日本 人"), ("x" * 50, "y\n" * 50), ("\n\n", "\n")]
)
def test_its_pieces_join_to_both_texts(before: str, after: str) -> None:
    pieces = diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_a_long_stretch_that_is_the_same_is_cut() -> None:
    assert diff(f"{LONG} old", f"{LONG} new")[1] == Piece("left_out", "601 characters are the same")


@pytest.mark.parametrize("unit", ["a{} ", "{}\n", "{} b\n", "x"])
def test_the_longest_texts_that_have_nothing_in_common_take_no_time(unit: str) -> None:
    before = "".join(unit.format(number) for number in range(0, 40_000, 2))[:100_000]
    after = "".join(unit.format(number) for number in range(1, 40_000, 2))[:99_000]
    started = time.process_time()
    diff(before, after)
    assert time.process_time() - started < 1
