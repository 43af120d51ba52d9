"""What changed between two texts, for people to read: by lines, and within lines by words.

The work is bounded. difflib may take a time that grows with the square of a text's length, so what the two texts have
in common at both ends is set aside first, and what is still too long is shown as one replacement.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Kind = Literal["same", "gone", "new", "left_out"]

# The most lines or words of a side that are compared with one another.
MAX_COMPARED = 800
# Of a stretch that is the same, what is shown at either end.
CONTEXT = 200

LINES = re.compile(r"[^\n]*\n|[^\n]+")
# With the blank behind each, so that a row of replaced words is not cut up by the blanks that stayed.
WORDS = re.compile(r"\w+[^\S\n]*|[^\w\s][^\S\n]*|\s")


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str


def diff(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in order; a long stretch that is the same is cut in its middle."""
    pieces = _merged(_compare(before, after, LINES, WORDS))
    return [short for piece in pieces for short in (_shortened(piece) if piece.kind == "same" else [piece])]


def _compare(before: str, after: str, *units: re.Pattern[str]) -> Iterator[Piece]:
    if not units:
        yield from (Piece("gone", before), Piece("new", after))
        return
    old, new = units[0].findall(before), units[0].findall(after)
    start = _in_common(old, new)
    end = _in_common(old[start:][::-1], new[start:][::-1])
    yield Piece("same", "".join(old[:start]))
    yield from _compare_middle(old[start : len(old) - end], new[start : len(new) - end], *units)
    yield Piece("same", "".join(old[len(old) - end :]))


def _compare_middle(old: Sequence[str], new: Sequence[str], *units: re.Pattern[str]) -> Iterator[Piece]:
    if max(len(old), len(new)) > MAX_COMPARED:
        yield from _compare("".join(old), "".join(new))
        return
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, added = "".join(old[i:j]), "".join(new[k:m])
        if tag == "equal":
            yield Piece("same", gone)
        else:
            yield from _compare(gone, added, *units[1:])


def _in_common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many units both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    filled = (piece for piece in pieces if piece.text)
    for kind, run in groupby(filled, key=lambda piece: piece.kind):
        yield Piece(kind, "".join(piece.text for piece in run))


def _shortened(piece: Piece) -> list[Piece]:
    left_out = len(piece.text) - 2 * CONTEXT
    if left_out <= CONTEXT:
        return [piece]
    return [
        Piece("same", piece.text[:CONTEXT]),
        Piece("left_out", f"{left_out:,} characters are the same"),
        Piece("same", piece.text[-CONTEXT:]),
    ]
