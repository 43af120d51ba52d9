"""Multinomial logistic regressions over words, parts of words, pairs of words and word vectors.

`make steering-weights` learns weights/*.json from labelled examples. words.json has vectors of frequent words in four
languages, so that words without an example count.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import exp
from operator import add
from pathlib import Path

from interviews.paige.language.words import KEPT_WORDS, MAX_LETTERS

WEIGHTS_FOLDER = Path(__file__).with_name("weights")
CLASSIFIERS = ("avoidances", "topics")

UNIT = 100
"""Weights are stored in hundredths."""
VECTOR_UNIT = 120
"""Vectors are stored as integers, of which this many are 1. Smaller numbers are regularized more."""

_STEMS = range(4, 7)
"""In letters: most inflected forms of a word share a stem."""
_PART = 5
_MIN_COMPOUND = 8
"""In letters. Parts of longer words are features: German compounds share them."""
_FIRST = "^"
VECTOR = "~"
"""The prefix of features that are dimensions of the vectors."""


@dataclass(frozen=True)
class Reading:
    """`shares`: the probability of each label. `rows`: for each word its weights, one a label."""

    shares: Mapping[str, float]
    rows: Sequence[Sequence[float]]

    def span(self, label: str) -> tuple[int, int]:
        index = [*self.shares].index(label)
        strengths = [row[index] - sum(row) / len(row) for row in self.rows]
        strong = [place for place, strength in enumerate(strengths) if 2 * strength >= max(strengths) > 0]
        return (strong[0], strong[-1] + 1) if strong else (0, len(strengths))


class Classifier:
    """`bias` and `weights`: one number for each label, in hundredths. `vectors`: of words, in units."""

    def __init__(
        self,
        labels: Sequence[str],
        bias: Sequence[int],
        weights: Mapping[str, Sequence[int]],
        vectors: Mapping[str, Sequence[int]],
    ) -> None:
        self.labels, self.bias, self.weights, self.vectors = labels, bias, weights, vectors
        self._row_of_word = lru_cache(maxsize=KEPT_WORDS)(self._sum_of_word)

    def read(self, words: Sequence[str], others: Iterable[str] = ()) -> Reading:
        """Takes linear time. A repeated word counts once. `others`: features that are not words."""
        rows = [self._row(pair, word) for pair, word in new_words(words)]
        known = [self.weights[feature] for feature in others if feature in self.weights]
        totals = [sum(column) / UNIT for column in zip(self.bias, *rows, *known, strict=True)]
        return Reading(dict(zip(self.labels, softmax(totals), strict=True)), rows)

    def _row(self, pair: str, word: str) -> Sequence[float]:
        row = self._row_of_word(word)
        return list(map(add, row, self.weights[pair])) if pair in self.weights else row

    def _sum_of_word(self, word: str) -> tuple[float, ...]:
        known: list[Sequence[float]] = [self.weights[each] for each in features_of(word) if each in self.weights]
        for feature, number in vector_features(self.vectors.get(word, ())):
            known.append([number * weight for weight in self.weights.get(feature, ())])
        return tuple(map(sum, zip([0] * len(self.labels), *filter(None, known), strict=True)))


def softmax(totals: Sequence[float]) -> list[float]:
    highest = max(totals)
    powers = [exp(total - highest) for total in totals]
    whole = sum(powers)
    return [power / whole for power in powers]


def new_words(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """For each word: the pair with the word before, and the word itself, or "" if it is repeated."""
    seen = {""}
    for previous, word in pairwise((_FIRST, *words)):
        yield f"{previous} {word}", "" if word in seen else word
        seen.add(word)


def features_of(word: str) -> tuple[str, ...]:
    if not word:
        return ()
    word = word[:MAX_LETTERS]
    stems = [f"{word[:size]}*" for size in _STEMS if len(word) >= size]
    starts = range(2, len(word) - _PART + 1) if len(word) >= _MIN_COMPOUND else ()
    return (f"={word}", *stems, *dict.fromkeys(f"*{word[start : start + _PART]}*" for start in starts))


def vector_features(vector: Iterable[int]) -> Iterator[tuple[str, float]]:
    return ((f"{VECTOR}{place}", number / VECTOR_UNIT) for place, number in enumerate(vector) if number)


@cache
def classifier(name: str) -> Classifier:
    data = json.loads((WEIGHTS_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Classifier(data["labels"], data["bias"], data["weights"], word_vectors())


@cache
def word_vectors() -> Mapping[str, Sequence[int]]:
    data: dict[str, dict[str, list[int]]] = json.loads((WEIGHTS_FOLDER / "words.json").read_text(encoding="utf-8"))
    return data["words"]
