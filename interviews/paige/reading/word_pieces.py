"""Splits words like SentencePiece's unigram model: the most probable split.

Source: Kudo, "Subword Regularization", 2018, https://arxiv.org/abs/1804.10959.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from interviews.paige.language.words import KEPT_WORDS, MAX_LETTERS, normalized

BEGINNING, PADDING, END, UNKNOWN, SPECIAL = range(5)
"""Indexes of XLM-RoBERTa for pieces without text, and their number."""

_BEFORE_WORDS = "\N{LOWER ONE EIGHTH BLOCK}"
_UNKNOWN_SCORE = -25.0


class WordPieces:
    """`pieces`: without the special ones. `scores`: the logarithms of their probabilities."""

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
