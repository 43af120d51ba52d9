"""The words that delimit subjects of an objective, in every language of lexicons/*/subjects.json.

`openers` (articles, prepositions, auxiliaries) begin a noun phrase, `joints` the next one of a list, `clauses` a clause
that may begin with one. `others` and `verbs` end it. `qualifiers` are left out at its beginning, and `general` words,
which every objective has, at both ends. `links` join two nouns: in a language with links, a noun
phrase begins after one of the `articles`. `inner`: words of a subject that an answer may leave out. `endings`: a
regular expression for the ends of other verbs and adverbs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.words import unaccented

_ENGLISH = "en"


@dataclass(frozen=True)
class SubjectWords:
    openers: frozenset[str]
    joints: frozenset[str]
    clauses: frozenset[str]
    others: frozenset[str]
    verbs: frozenset[str]
    qualifiers: frozenset[str]
    general: frozenset[str]
    specific: frozenset[str]
    links: frozenset[str]
    articles: frozenset[str]
    inner: frozenset[str]
    endings: re.Pattern[str]

    @classmethod
    def of(cls, language: str) -> Self:
        lists = lexicon("subjects", language)
        names = [name for name in cls.__annotations__ if name not in ("specific", "endings")]
        words = {name: frozenset(unaccented(lists.get(name, "")).split()) for name in names}
        if language == _ENGLISH:
            words["verbs"] = frozenset(form for verb in words["verbs"] for form in _forms(verb))
        specific = frozenset(unaccented(phrase).strip() for phrase in lists["specific"].split("|"))
        return cls(**words, specific=specific, endings=re.compile(rf".{{2,}}(?:{lists.get('endings') or '(?!)'})"))

    @cached_property
    def functions(self) -> frozenset[str]:
        return self.openers | self.joints | self.clauses | self.others

    @cached_property
    def left_out(self) -> frozenset[str]:
        return self.qualifiers | self.general | self.links

    def begins(self, word: str) -> bool:
        return word in self.openers or word in self.joints

    def ends(self, word: str) -> bool:
        return word in self.functions or word in self.verbs

    def is_verb(self, word: str) -> bool:
        return word in self.verbs or self.endings.fullmatch(word) is not None


@cache
def subject_words(language: str) -> SubjectWords:
    return SubjectWords.of(language)


def language_of_objective(words: Iterable[str], default: str) -> str:
    """`default` wins a tie. English if there are no lists for it."""
    found, codes = list(words), languages_with("subjects")
    default = default if default in codes else _ENGLISH

    def count(code: str) -> int:
        return sum(word in subject_words(code).functions for word in found)

    return max(codes, key=lambda code: (count(code), code == default))


def _forms(verb: str) -> Iterator[str]:
    stem = verb[:-1]
    yield from (verb, f"{verb}s", f"{verb}es", f"{verb}d", f"{verb}ed", f"{verb}ing", f"{stem}ing")
    yield from (f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing", f"{stem}ied", f"{stem}ies")
