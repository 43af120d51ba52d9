"""The learned reader: the file of weights, its version, what it is given and what it answers.

It is given words with their places in a text, as the pieces that its encoder reads.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from interviews.paige.guide.guide import Guide
from interviews.paige.language import KEPT_WORDS, MAX_LETTERS, normalized
from interviews.paige.reading.readings import RIVAL, VENDOR, Names

if TYPE_CHECKING:
    from interviews.paige.reading.network import Reader

WEIGHTS = Path(__file__).with_name("weights") / "reader.npz"
READER_VERSION = "4-e1d531623ec5"
"""A worker reads again what another version has read. The first number is increased when a change of the code changes
readings. The rest is the beginning of the SHA-256 of the weights.
"""

MAX_PIECES = 150
"""Of a text that is encoded at once, as in training."""
MAX_PIECES_OF_A_TOPIC, MAX_PIECES_OF_A_QUESTION = 48, 30
REMEMBERED_GUIDES = 64
THE_VENDOR = "the vendor"

ASKED, AVOIDED = 1, 2
"""Indexes of the probabilities of a topic. That of neither comes first."""

BEGINNING, PADDING, END, UNKNOWN, SPECIAL = range(5)
"""Indexes of XLM-RoBERTa for pieces without text, and their number."""
_BEFORE_WORDS = "\N{LOWER ONE EIGHTH BLOCK}"
_UNKNOWN_SCORE = -25.0
_WORD = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[,;:.!?)]['\")\]]*$|^[-\N{EN DASH}\N{EM DASH}]+$")
_SENTENCE_END = re.compile(r"[.!?:]['\")\]]*\s+|\n+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_EDGE = " \t\n\N{NO-BREAK SPACE},;:.!?\N{EM DASH}\N{EN DASH}-\"'()[]"


@dataclass(frozen=True)
class Word:
    """`start`, `end`: in the text. `pieces`: all numbers have the same, because scripts write texts that differ in
    numbers. `ends_clause`: whether it ends with a mark.
    """

    start: int
    end: int
    pieces: tuple[int, ...] = field(repr=False)
    ends_clause: bool = False


class WordPieces:
    """Splits words as the unigram model of SentencePiece does: the most probable split. Source: Kudo, "Subword
    Regularization", 2018, https://arxiv.org/abs/1804.10959.

    `pieces`: without the special ones. `scores`: the logarithms of their probabilities.
    """

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        numbered = enumerate(zip(pieces, scores, strict=True), SPECIAL)
        self.known = {piece: (index, score) for index, (piece, score) in numbered}
        self.longest = max(map(len, pieces))
        self._pieces_of_word = lru_cache(maxsize=KEPT_WORDS)(self._split)

    def indexes(self, text: str) -> Iterator[int]:
        """Ignores case."""
        for word in normalized("NFKC", text).lower().split():
            yield from self._pieces_of_word(word[:MAX_LETTERS])

    def _split(self, word: str) -> list[int]:
        """The Viterbi algorithm. For each end, `best` has the score, start and index of the last piece."""
        marked = _BEFORE_WORDS + word
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)]
        for end in range(1, len(marked) + 1):
            options = [(best[end - 1][0] + _UNKNOWN_SCORE, end - 1, UNKNOWN)]
            for start in range(max(0, end - self.longest), end):
                if found := self.known.get(marked[start:end]):
                    options.append((best[start][0] + found[1], start, found[0]))
            best.append(max(options))
        end, indexes = len(marked), []
        while end:
            _, end, index = best[end]
            indexes.append(index)
        return indexes[::-1]


def words_of(text: str, pieces: Callable[[str], Iterator[int]], names: Names) -> Iterator[Word]:
    spelled_out, places = marked(text, names)
    for word in _WORD.finditer(spelled_out):
        found = tuple(pieces(_NUMBER.sub("12", word[0]))) or (UNKNOWN,)
        ends_clause = _CLAUSE_END.search(word[0]) is not None
        yield Word(places[word.start()], places[word.end() - 1] + 1, found, ends_clause)


def clauses_of(words: Sequence[Word]) -> list[tuple[int, int]]:
    """The first and the last word of each. A clause has at least two words, unless the text has only one."""
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
    """Yields parts of at most `size` pieces, cut at ends of sentences if possible. Ends after `most` pieces."""
    ends = {end.end() for end in _SENTENCE_END.finditer(text)}
    window: list[Word] = []
    used = read = cut = 0
    for word in words:
        # NFKC replaces some characters with up to 18 others, so that a word can have any number of pieces.
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
    """The place without spaces and marks at its ends. Start and end are equal if nothing is left."""
    inner = text[start:end]
    left = len(inner) - len(inner.lstrip(_EDGE))
    return start + left, max(start + left, start + len(inner.rstrip(_EDGE)))


def marked(text: str, names: Names) -> tuple[str, Sequence[int]]:
    """Replaces names with markers. Also returns the place in `text` of each character of the result."""
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


class ObjectiveScores(NamedTuple):
    """`topics`: for each, the probabilities of neither, ASKED and AVOIDED. `clauses`: the first and the last word of
    each. `of_clauses`: for each clause and topic, the log odds of ASKED and AVOIDED. `named`: for each word, the
    probability that it belongs to a subject.
    """

    topics: list[list[float]]
    clauses: list[tuple[int, int]]
    of_clauses: list[list[list[float]]]
    named: list[float]


class ClauseScores(NamedTuple):
    """`first`, `last`: the words of the clause. The others are probabilities: first that of None, then those of the
    values in the order of readings.py. `told`: for each topic.
    """

    first: int
    last: int
    speaks: list[float]
    kind: list[float]
    about: list[float]
    act: list[float]
    decisive: float
    told: list[float]


@cache
def reader() -> "Reader":
    # One thread for each text, because other requests use the other CPUs. numpy reads this when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imported lazily: most commands do not need numpy.
    from interviews.paige.reading.network import Reader

    return Reader()


def topic_vectors(guide: Guide, names: Names) -> Any:
    """`names`: with that of the vendor, which is replaced as in training."""
    vendors = {"{vendor}": THE_VENDOR} | {name: THE_VENDOR for name, marker in names.items() if marker == VENDOR}
    return _topic_vectors(tuple(marked(topic.described, vendors)[0] for topic in guide.topics))


@lru_cache(maxsize=REMEMBERED_GUIDES)
def _topic_vectors(texts: tuple[str, ...]) -> Any:
    return reader().vectors(texts)
