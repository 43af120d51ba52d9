"""Tells statements from small talk by a logistic regression on the words of a clause.

`make relevance` learns the weights from labelled sentences, and writes lexicons/*/relevance.json.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import inf, sqrt
from typing import Self

from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.words import unaccented

LETTERS_OF_A_BEGINNING, LETTERS_OF_AN_END = 5, 4
WORDS_OF_A_STEP, STEPS = 3, 6
"""Up to 18 words, the length counts, in steps of three."""
MIN_WORDS = 3
"""Shorter clauses are statements: "Growth, mostly." may be all that a terse contact says."""


@dataclass(frozen=True)
class Relevance:
    """A clause is small talk if its log-odds are below `least`. It may be small talk if they are below `doubtful`.

    `scale`: the weights were multiplied by it, and rounded.
    """

    bias: float
    least: float
    doubtful: float
    weights: Mapping[str, int] = field(repr=False)
    scale: float = 1

    @classmethod
    def of(cls, language: str) -> Self:
        fields = lexicon("relevance", language)
        weights = {feature: int(weight) for weight, found in fields.pop("weights").items() for feature in found}
        return cls(**fields, weights=weights)

    def is_talk(self, clause: str) -> bool:
        return len(clause.split()) >= MIN_WORDS and self.log_odds(clause) < self.least

    def is_doubtful(self, clause: str) -> bool:
        return len(clause.split()) >= MIN_WORDS and self.log_odds(clause) < self.doubtful

    def log_odds(self, clause: str) -> float:
        found = features(clause)
        return self.bias + sum(self.weights.get(each, 0) for each in found) / self.scale / sqrt(len(found))


@cache
def relevance(language: str) -> Relevance:
    """Without a file for the language, every clause is a statement."""
    return Relevance.of(language) if language in languages_with("relevance") else Relevance(inf, 0, 0, {})


def features(clause: str) -> set[str]:
    """Returns the words of a clause, their pairs, beginnings and endings, "#" if it has a number, and its length.

    In pairs, "^" is before the first word, and "$" after the last one.
    """
    words = unaccented(clause).split()
    found = {*words, *map(" ".join, pairwise(("^", *words, "$"))), f"={min(STEPS, len(words) // WORDS_OF_A_STEP)}"}
    long = [word for word in words if len(word) > LETTERS_OF_A_BEGINNING]
    found |= {f"{word[:LETTERS_OF_A_BEGINNING]}*" for word in long} | {f"*{word[-LETTERS_OF_AN_END:]}" for word in long}
    return found | {"#"} if any(word[0].isdigit() for word in words) else found
