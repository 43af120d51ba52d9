"""A text as the words that the encoder reads, each with its place."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from interviews.paige.reading.word_pieces import UNKNOWN

VENDOR, RIVAL = "vendor", "rival"
"""The words for the vendor's name and for those of competitors."""

MAX_PIECES_OF_A_WORD = 100
"""The rest of a longer word is not read. A text without spaces is one word, and a window has to contain each word."""

_WORD = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[,;:.!?)]['\")\]]*$|^[-\N{EN DASH}\N{EM DASH}]+$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_EDGE = " \t\n\N{NO-BREAK SPACE},;:.!?\N{EM DASH}\N{EN DASH}-\"'()[]"

Names = Mapping[str, str]


@dataclass(frozen=True)
class Word:
    """`start`, `end`: in the text. `pieces`: those of "7" and "12,000" are the same. `ends_clause`: by its mark."""

    start: int
    end: int
    pieces: tuple[int, ...] = field(repr=False)
    ends_clause: bool = False


def names_of(vendor: str, rivals: Sequence[str] = ()) -> Names:
    return {**{name.lower(): RIVAL for name in rivals if name}, **({vendor.lower(): VENDOR} if vendor else {})}


def words_of(text: str, pieces: Callable[[str], Iterator[int]], names: Names) -> Iterator[Word]:
    spelled_out, places = marked(text, names)
    for word in _WORD.finditer(spelled_out):
        found = tuple(islice(pieces(with_one_number(word[0])), MAX_PIECES_OF_A_WORD)) or (UNKNOWN,)
        ends_clause = _CLAUSE_END.search(word[0]) is not None
        yield Word(places[word.start()], places[word.end() - 1] + 1, found, ends_clause)


def with_one_number(text: str) -> str:
    """Those of "team 7" and "team 12,000" are the same: scripts write texts that differ in numbers."""
    return _NUMBER.sub("12", text)


def clauses_of(words: Sequence[Word]) -> list[tuple[int, int]]:
    """The first and the last word of each. None has one word, unless it is the only one."""
    found: list[tuple[int, int]] = []
    first = 0
    for last, word in enumerate(words):
        if word.ends_clause and last > first:
            found.append((first, last))
            first = last + 1
    if first == len(words) - 1 and found:
        found[-1] = (found[-1][0], first)
    elif first < len(words):
        found.append((first, len(words) - 1))
    return found


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without spaces and marks at the ends. Empty if nothing is left."""
    inner = text[start:end]
    left = len(inner) - len(inner.lstrip(_EDGE))
    return start + left, max(start + left, start + len(inner.rstrip(_EDGE)))


def marked(text: str, names: Names) -> tuple[str, Sequence[int]]:
    """The text with markers instead of names, and the place in `text` of each of its characters."""
    if not names:
        return text, range(len(text))
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)
    parts: list[str] = []
    places: list[int] = []
    end = 0
    for name in pattern.finditer(text):
        marker = names.get(name[0].lower(), RIVAL)
        parts += (text[end : name.start()], marker)
        places += range(end, name.start())
        places += [name.start(), *[name.end() - 1] * (len(marker) - 1)]
        end = name.end()
    return "".join([*parts, text[end:]]), [*places, *range(end, len(text))]
