"""Classifiers of short texts: multinomial logistic regressions over words, parts of words and pairs of words.

Their weights are data: steering_weights/*.json, which `make steering-weights` learns from labelled examples.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import exp
from operator import add
from pathlib import Path

from interviews.paige.words import KEPT_WORDS, MAX_LETTERS

STEERING_WEIGHTS = Path(__file__).with_name("steering_weights")
CLASSIFIERS = ("avoidances", "topics")

UNIT = 100
"""Weights are stored as integers, in hundredths."""

_STEMS = range(4, 7)
"""Lengths of the beginnings of a word that are features: most inflected forms of a word share them."""
_PART = 5
_MIN_COMPOUND = 8
"""In words with at least this many letters, parts of `_PART` letters are features: German compounds share them."""
_FIRST = "^"


@dataclass(frozen=True)
class Reading:
    """`shares`: the probability of each label; they add up to 1. `rows`: for each word its weights, one a label."""

    shares: Mapping[str, float]
    rows: Sequence[Sequence[int]]

    def span(self, label: str) -> tuple[int, int]:
        """The words that decide for the label: from the first to the last with at least half of the largest weight."""
        index = [*self.shares].index(label)
        strengths = [row[index] - sum(row) / len(row) for row in self.rows]
        strong = [place for place, strength in enumerate(strengths) if 2 * strength >= max(strengths) > 0]
        return (strong[0], strong[-1] + 1) if strong else (0, len(strengths))


class Classifier:
    """`bias` and `weights`: one number a label, in hundredths."""

    def __init__(self, labels: Sequence[str], bias: Sequence[int], weights: Mapping[str, Sequence[int]]) -> None:
        self.labels, self.bias, self.weights = labels, bias, weights
        self._row_of_word = lru_cache(maxsize=KEPT_WORDS)(self._sum_of_word)

    def read(self, words: Sequence[str]) -> Reading:
        """In time linear to the number of words. A repeated word counts once."""
        rows = [self._row(pair, word) for pair, word in new_words(words)]
        totals = [sum(column) / UNIT for column in zip(self.bias, *rows, strict=True)]
        highest = max(totals)
        powers = [exp(total - highest) for total in totals]
        whole = sum(powers)
        return Reading({label: power / whole for label, power in zip(self.labels, powers, strict=True)}, rows)

    def _row(self, pair: str, word: str) -> Sequence[int]:
        row = self._row_of_word(word)
        return list(map(add, row, self.weights[pair])) if pair in self.weights else row

    def _sum_of_word(self, word: str) -> tuple[int, ...]:
        known = [self.weights[feature] for feature in features_of(word) if feature in self.weights]
        return tuple(map(sum, zip([0] * len(self.labels), *known, strict=True)))


def new_words(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """For each word the pair of it and the word before, and the word itself, or "" if it is repeated."""
    seen = {""}
    for previous, word in pairwise((_FIRST, *words)):
        yield f"{previous} {word}", "" if word in seen else word
        seen.add(word)


def features_of(word: str) -> tuple[str, ...]:
    """The word, its stems and its parts."""
    if not word:
        return ()
    word = word[:MAX_LETTERS]
    stems = [f"{word[:size]}*" for size in _STEMS if len(word) >= size]
    starts = range(2, len(word) - _PART + 1) if len(word) >= _MIN_COMPOUND else ()
    return (f"={word}", *stems, *dict.fromkeys(f"*{word[start : start + _PART]}*" for start in starts))


@cache
def classifier(name: str) -> Classifier:
    """`name`: of a file in steering_weights."""
    data = json.loads((STEERING_WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
    return Classifier(data["labels"], data["bias"], data["weights"])
