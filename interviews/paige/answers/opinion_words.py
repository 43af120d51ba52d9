"""The words of an opinion, in every language of lexicons/*/opinions.json.

`chose` and `rejected` take an object. `level`: no side is better. `open`: something wished, needed or reported, which
is not a judgement. `vendor`: how the vendor is addressed. `rivals`: whom else a sentence can be about; after
`standards` comes what something is compared with. `idioms` contain a negation that does not reverse. `conclusions` say
that the clause before them was a reason. `verbs`, `articles`, `nouns` and `noun_endings` tell a name before a verb from
other subjects.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.patterns import whole_words_of
from interviews.paige.language.words import unaccented


@dataclass(frozen=True)
class OpinionWords:
    """Patterns for unaccented text; `open` and `hypotheses` for text with accents."""

    vendor: re.Pattern[str]
    rivals: re.Pattern[str]
    standards: re.Pattern[str]
    negations: re.Pattern[str]
    negations_at_the_end: re.Pattern[str]
    idioms: re.Pattern[str]
    good: re.Pattern[str]
    bad: re.Pattern[str]
    better: re.Pattern[str]
    worse: re.Pattern[str]
    chose: re.Pattern[str]
    rejected: re.Pattern[str]
    level: re.Pattern[str]
    open: re.Pattern[str]
    contrasts: re.Pattern[str]
    decisions: re.Pattern[str]
    reasons: re.Pattern[str]
    conclusions: re.Pattern[str]
    hypotheses: re.Pattern[str]
    verbs: re.Pattern[str]
    articles: re.Pattern[str]
    nouns: re.Pattern[str]
    noun_endings: tuple[str, ...]

    @classmethod
    def from_lists(cls, lists: Mapping[str, list[str]]) -> Self:
        named = {name: "|".join(lists.get(name, [])) for name in ("good", "bad")}
        names = [name for name in cls.__annotations__ if name != "noun_endings"]
        patterns = whole_words_of(lists, names, ("open", "hypotheses"), named)
        endings = tuple(unaccented(ending) for ending in lists.get("noun_endings", []))
        return cls(**patterns, noun_endings=endings)


@cache
def opinion_words(language: str) -> OpinionWords:
    """Without a file for the language, nothing is an opinion."""
    return OpinionWords.from_lists(lexicon("opinions", language) if language in languages_with("opinions") else {})
