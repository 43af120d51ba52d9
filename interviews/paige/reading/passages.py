"""A text as the words that the encoder reads, each with its place."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from interviews.paige.reading.word_pieces import UNKNOWN

VENDOR, RIVAL = "vendor", "rival"
"""The words for the vendor's name and for those of competitors."""

_WORD = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[,;:.!?)]['\")\]]*$|^[-\N{EN DASH}\N{EM DASH}]+$")
_SENTENCE_END = re.compile(r"[.!?:]['\")\]]*\s+|\n+")
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
        found = tuple(pieces(with_one_number(word[0]))) or (UNKNOWN,)
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


def windows(text: str, words: Iterable[Word], size: int, most: int) -> Iterator[list[Word]]:
    """Parts of at most `size` pieces, cut at ends of sentences if possible. Words after `most` pieces are left out."""
    ends = {end.end() for end in _SENTENCE_END.finditer(text)}
    window: list[Word] = []
    used = read = cut = 0
    for word in words:
        # NFKC makes up to 18 characters of one, so that a word can have any number of pieces.
        bounded = replace(word, pieces=word.pieces[:size])
        read += len(bounded.pieces)
        if read > most:
            break
        if word.start in ends:
            cut = len(window)
        while used + len(bounded.pieces) > size:
            cut = cut or len(window)
            yield window[:cut]
            window, cut = window[cut:], 0
            used = sum(len(each.pieces) for each in window)
        window.append(bounded)
        used += len(bounded.pieces)
    if window:
        yield window


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
