"""Reading takes linear time, for any text."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from interviews.paige.reading.model import ClauseScores, ObjectiveScores, Word, clauses_of, reader
from tests.readers import READERS, Reader

SIZES = ((60, 120), (120, 1_000), (1_000, 4_000), (2_000, 8_000))
"""The lengths that are compared. The short ones come first: of a pattern that takes exponential time, 120 characters
take seconds.
"""
FLOOR, FLOOR_OF_A_SHORT_TEXT = 0.1, 0.3
"""Times below so many seconds of CPU are not compared: reading a longer text may have a fixed cost."""
TOLERANCE = 2.5
"""Over four times the length, quadratic work is sixteen times as much, and ten times as much fails."""
ROUNDS = 4

LETTERS = ("a", "é", "語", "😀", "ß", "a\u0301", "\u0301\u0316", "\u0301\uff9e", "1")
SPACES = (" ", "\n", "\r\n", "\t", "\u00a0", "\u2028")
PUNCTUATION = (*"'\N{RIGHT SINGLE QUOTATION MARK}\"“„«»`.,;:!?…\N{EN DASH}-—/|\\*_#>()[]{}<&@+=%$~^", "...", "[]", "{}")
MIXTURES = (
    *("a ", "a\n", "a. ", "a? ", "a?\n", "a, ", "a: b, ", "a - ", "ab'ab'", "“a b” ", '"a ', "“ ", "A", "AB ", "Aa "),
    *("I ", "I I I", "not ", "no, ", "but ", "yes. ", "1,000 ", "1.1", "1. a\n", "- a\n", "> a\n", "**a:** ", "\\*"),
    *("From: a\n", "a wrote: ", "wrote:  ", "{a}", '{"move": 1} ', "<think>", "</think>", "move 1 ", "9. Mai "),
    *("l'a ", "würde ", "price ", "price, ", "not price\n", "do not ask about pricing. ", "avoid ", "the SSO, "),
    *("off limits, because ", "no questions. ", "what? ", "I don't know. ", "As I said before. ", "Stop. "),
    *("we chose Acme ", "it was good, but ", "we lost the file, and ", "they were slow. ", "the security review "),
    *("That is why we left. ", "i want to ", "please ", "delete, ", "can you ", "nehmen sie das ", "are you a "),
)
FILLERS = ("moment ", "so yeah ", "oh great ", "ja also ", "well, ")
BEGINNINGS = ('"', "“", "I do not know", "avoid price, ", "price price price. ", "From a")


def repeated(part: str, *, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: before + (part * (size // len(part) + 1))[: size - len(before) - len(after)] + after


def distinct(separator: str, change: Callable[[str], str] = str) -> Callable[[int], str]:
    """Words that differ."""
    words = [change("".join(letters)) for letters in product("aeioubcdfg", repeat=4)]
    return lambda size: separator.join(words[: size // (4 + len(separator)) + 1])[:size]


TEXTS: dict[str, Callable[[int], str]] = {
    **{repr(part): repeated(part) for part in (*LETTERS, *SPACES, *PUNCTUATION, *MIXTURES, *FILLERS)},
    **{f"{each!r} and a": repeated(each, after=" a") for each in (*FILLERS, *SPACES)},
    **{f"a and {each!r}, a": repeated(each, before="a ", after="a") for each in ("...", "-", "!", "?")},
    **{f"{first!r} and {each!r}": repeated(each, before=first) for first in BEGINNINGS for each in (" ", " , ", "a, ")},
    **{f"distinct and {each!r}": distinct(each) for each in (" ", ". ", "? ", "\n", ", and the ")},
    "distinct capitals": distinct(", the ", str.upper),
    "distinct quotations": distinct("” and “"),
    "distinct numbers": distinct(" ", lambda word: word.translate(str.maketrans("aeioubcdfg", "0123456789"))),
}


@cache
def caches_of_texts() -> list[Any]:
    """Those without a limit keep lexicons, and those with vectors of topics and patterns of words keep guides."""
    modules = [module for name, module in sys.modules.items() if name.startswith("interviews.paige.")]
    values = {id(each): each for module in modules for each in vars(module).values()}.values()
    kept: list[Any] = [each for each in values if hasattr(each, "cache_parameters")]
    limited = [each for each in kept if each.cache_parameters()["maxsize"]]
    return [
        each for each in limited if not each.__name__.startswith(("_topic_vectors", "_word_pattern", "_words_regex"))
    ]


def forget() -> None:
    for each in caches_of_texts():
        each.cache_clear()


def seconds(read: Reader, text: str) -> float:
    forget()
    started = time.thread_time()
    with suppress(ValidationError, ValueError):
        read(text)
    return time.thread_time() - started


def is_superlinear(read: Reader, text: Callable[[int], str], size: int, longer: int) -> bool:
    """Other processes slow the CPU down for a while, so that only the best of several measurements counts."""
    floor = FLOOR if size >= 1_000 else FLOOR_OF_A_SHORT_TEXT
    short = long = float("inf")
    for _ in range(ROUNDS):
        long = min(long, seconds(read, text(longer)))
        if long <= floor:
            return False
        short = min(short, seconds(read, text(size)))
        if long <= TOLERANCE * longer / size * short:
            return False
    return True


def superlinear(read: Reader) -> Iterator[str]:
    read(repeated("We chose Acme. ")(200))  # loads lexicons and weights
    for name, text in TEXTS.items():
        for size, longer in SIZES:
            if is_superlinear(read, text, size, longer):
                yield f"{name}: {size} to {longer} characters"
                break


def scores_of_an_answer(question: object, words: Sequence[Word], topics: Sequence[object]) -> list[ClauseScores]:
    kind, (none, of_acts, told) = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0], ([1.0] + [0.0] * n for n in (4, 14, len(topics) - 1))
    found = clauses_of(words)
    return [ClauseScores(*each, [0.0, 0.0, 1.0], kind, none, of_acts, 0.0, told) for each in found]


def scores_of_an_objective(words: Sequence[Word], topics: Sequence[object]) -> ObjectiveScores:
    clauses, shares = clauses_of(words), [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] + [[1.0, 0.0, 0.0]] * (len(topics) - 2)
    return ObjectiveScores(shares, clauses, [[[1.0, 0.0]] * len(topics) for _ in clauses], [1.0] * len(words))


@pytest.fixture
def free_scores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The network takes the same time for each piece, and test_scores.py holds how many are read. Here every clause
    states something, so that what follows has more to do.
    """
    forget()
    monkeypatch.setattr(reader(), "answer_scores", scores_of_an_answer)
    monkeypatch.setattr(reader(), "objective_scores", scores_of_an_objective)
    yield
    forget()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.usefixtures("free_scores")
@pytest.mark.slow
def test_reading_takes_linear_time(name: str) -> None:
    assert list(superlinear(READERS[name])) == []
