"""Word-level diffs within a time limit for each diff and for all diffs of a page."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from diff_match_patch import diff_match_patch

Kind = Literal["equal", "delete", "insert", "omitted"]

PAGE_SECONDS = 0.4
DIFF_SECONDS = 0.1

# Characters shown at either end of a long equal piece.
CONTEXT = 200

# Indentation; a word or a punctuation mark, each with the spaces before it; trailing spaces; a line break.
TOKENS = re.compile(r"^[^\S\n]+|[^\S\n]*+(?:\w+|[^\w\s])|[^\S\n]+|\n", re.MULTILINE)
SPACE = re.compile(r"[ \n]")
# Fewer equal tokens between two edits become part of them.
FEWEST_EQUAL_TOKENS = 3
# Each distinct token is encoded as one character.
MAX_TOKENS = 1_000_000

EQUAL, DELETE, INSERT = diff_match_patch.DIFF_EQUAL, diff_match_patch.DIFF_DELETE, diff_match_patch.DIFF_INSERT
KINDS: dict[int, Kind] = {EQUAL: "equal", DELETE: "delete", INSERT: "insert"}

Edits = list[tuple[int, str]]


@dataclass(frozen=True)
class Piece:
    """An omitted piece says how much is left out."""

    kind: Kind
    text: str


@dataclass
class TimeBudget:
    """Seconds for all remaining diffs of a page."""

    seconds_left: float = PAGE_SECONDS


def diff(before: str, after: str, budget: TimeBudget) -> list[Piece]:
    """Without time left, the rest is one deletion and one insertion."""
    started = time.monotonic()
    start, end = _common_ends(before, after)
    bounds = [(text, start, len(text) - end) for text in (before, after)]
    prefix, suffix = before[:start], before[len(before) - end :]
    old, new = (text[first:last] for text, first, last in bounds)
    seconds = min(DIFF_SECONDS, budget.seconds_left)
    if old and new and seconds > 0 and len(old) + len(new) < MAX_TOKENS:
        tokens = [[prefix, *TOKENS.findall(*bound), suffix] for bound in bounds]
        edits = _token_edits(*tokens, deadline=time.time() + seconds)
    else:
        edits = [(EQUAL, prefix), (DELETE, old), (INSERT, new), (EQUAL, suffix)]
    budget.seconds_left -= time.monotonic() - started
    pieces = [Piece(KINDS[operation], text) for operation, text in edits if text]
    return [shown for piece in pieces for shown in _shortened(piece)]


def _token_edits(old: list[str], new: list[str], *, deadline: float) -> Edits:
    library = diff_match_patch()
    # With Diff_Timeout set, the library first searches for a long common substring. Its deadline does not apply to
    # that search, which takes seconds for repetitive texts. Without Diff_Timeout it skips the search.
    library.Diff_Timeout = 0
    library.Diff_EditCost = FEWEST_EQUAL_TOKENS
    code_points = {"\n": ord("\n")}  # a line break stays one, so that the library finds the lines
    first = ord("\n")
    encoded = [
        "".join([chr(code_points.setdefault(token, first + len(code_points))) for token in tokens])
        for tokens in (old, new)
    ]
    *encoded_lines, lines = library.diff_linesToChars(*encoded)
    line_edits: Edits = library.diff_main(*encoded_lines, checklines=False, deadline=deadline)
    library.diff_charsToLines(line_edits, lines)
    edits: Edits = []
    for operation, text in line_edits:
        if operation == INSERT and edits and edits[-1][0] == DELETE:
            edits[-1:] = library.diff_main(edits[-1][1], text, checklines=False, deadline=deadline)
        else:
            edits.append((operation, text))
    library.diff_cleanupMerge(edits)
    library.diff_cleanupEfficiency(edits)
    library.diff_charsToLines(edits, [""] * first + list(code_points))
    return edits


def _common_ends(before: str, after: str) -> tuple[int, int]:
    """Lengths of the common prefix and suffix. Words are not split."""
    library = diff_match_patch()
    start = library.diff_commonPrefix(before, after)
    if not (_ends_word(before, start) and _ends_word(after, start)):
        start = max(before.rfind(" ", 0, start), before.rfind("\n", 0, start) + 1)
        start = len(before[:start].rstrip(" "))  # spaces belong to the token after them
    length = library.diff_commonSuffix(before[start:], after[start:])
    space = SPACE.search(before, len(before) - length)
    return start, len(before) - space.start() if space else 0


def _ends_word(text: str, position: int) -> bool:
    return position == len(text) or text[position].isspace()


def _shortened(piece: Piece) -> Iterator[Piece]:
    omitted = len(piece.text) - 2 * CONTEXT
    if piece.kind != "equal" or omitted <= CONTEXT:
        yield piece
        return
    yield Piece("equal", piece.text[:CONTEXT])
    yield Piece("omitted", f"{omitted:,} unchanged characters")
    yield Piece("equal", piece.text[-CONTEXT:])
