"""The words of an opinion, in every language of lexicons/*/opinions.json.

Each list has words and phrases. `*` at the end of a word stands for any ending, `<1>` for any word, `<good>` for an
entry of the list `good`, `<bad>` for one of `bad`.

`good` and `bad` judge on their own; `better` and `worse` compare. `chose` and `rejected` take an object. `level`: no
side is better. `open`: something wished, needed or reported, which is not a judgement. `vendor`: how the vendor is
addressed. `rivals`: whom else a sentence can be about; after `standards` comes what something is compared with.
`negations` reverse a word that follows, `idioms` contain one that does not. `verbs`, `articles`, `nouns` and
`noun_endings` tell a name before a verb from other subjects.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.words import accented, normalized

_SYMBOLS = {"<1>": r"\S+", "*": r"\S*"}
_PARTS = re.compile(r"<1>|[^\s<>*]+|\*")


@dataclass(frozen=True)
class OpinionWords:
    """Patterns for normalized text; `open` for text with accents."""

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
    verbs: re.Pattern[str]
    articles: re.Pattern[str]
    nouns: re.Pattern[str]
    noun_endings: tuple[str, ...]

    @classmethod
    def from_lists(cls, lists: Mapping[str, list[str]]) -> Self:
        names = [name for name in cls.__annotations__ if name != "noun_endings"]
        expanded = {name: [*_expanded(lists.get(name, []), lists)] for name in names}
        patterns = {name: word_pattern(expanded[name], accented if name == "open" else normalized) for name in names}
        endings = tuple(normalized(ending).strip() for ending in lists.get("noun_endings", []))
        return cls(**patterns, noun_endings=endings)


def word_pattern(words: Iterable[str], plain: Callable[[str], str] = normalized) -> re.Pattern[str]:
    """Matches whole words of a text that `plain` has made. Without words, matches nothing."""
    alternatives = "|".join(sorted((_regex(word, plain) for word in words), key=len, reverse=True))
    return re.compile(rf"(?<!\S)(?:{alternatives})(?!\S)" if alternatives else r"(?!)")


@cache
def opinion_words(language: str) -> OpinionWords:
    """Without a file for the language, nothing is an opinion."""
    return OpinionWords.from_lists(lexicon("opinions", language) if language in languages_with("opinions") else {})


def _expanded(phrases: Iterable[str], lists: Mapping[str, list[str]]) -> Iterator[str]:
    for phrase in phrases:
        named = re.search("<(good|bad)>", phrase)
        yield from (phrase.replace(named[0], word) for word in lists[named[1]]) if named else (phrase,)


def _regex(phrase: str, plain: Callable[[str], str]) -> str:
    def part(text: str) -> str:
        return _SYMBOLS.get(text) or re.escape(plain(text).strip()).replace(r"\ ", " ")

    return " ".join("".join(map(part, _PARTS.findall(word))) for word in phrase.split())
