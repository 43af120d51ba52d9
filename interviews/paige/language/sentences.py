"""Where sentences and their clauses end."""

import re
from collections.abc import Iterator

SENTENCE_MARKS = ".!?;\N{HORIZONTAL ELLIPSIS}"

_SENTENCE_END = re.compile(rf"(?<=[{SENTENCE_MARKS}])\s+|\n+")
_QUESTION = re.compile(r"[^.!?\N{HORIZONTAL ELLIPSIS}]*\?")
_CLAUSE_END = re.compile(r"(?<=[,;])\s+|\s[-\N{EN DASH}\N{EM DASH}]+\s")


def sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)


def sentence_ends(text: str) -> Iterator[int]:
    """Without the end of the text."""
    return (gap.start() for gap in _SENTENCE_END.finditer(text))


def questions(text: str) -> list[str]:
    """One for each question mark, also inside a sentence."""
    return _QUESTION.findall(text)


def clause_gaps(sentence: str) -> list[tuple[int, int]]:
    """Start and end of what is between two clauses."""
    return [gap.span() for gap in _CLAUSE_END.finditer(sentence)]


def clauses(sentence: str) -> list[str]:
    """Also what a colon introduces: for `clause_gaps`, it is one clause with its introduction."""
    return [clause for part in sentence.split(": ") for clause in _CLAUSE_END.split(part)]
