"""The language of the patterns in lexicons/*/*.json, and of the objective phrases in guides.

A pattern is a row of words. Case and punctuation do not count, accents and apostrophes only if the `spelling` has them.

    a b|c       one of several: "a b" or "c"
    (a|b) c     the same, in a part of a row
    [a|b] c     "a c", "b c" or "c"
    <name>      an entry of the file's "words"; in opinions.json, of the lists "good" and "bad"
    <1>         any word
    ...         any row of up to four words
    pric*       a word that begins so; *pric ends so, *pric* contains it
    ?           the end of a question
    $           the end of the text
    ^           a separator: a comma, or the beginning or end of a sentence

`Patterns.regex` makes a regular expression, and has no `^`. `PatternAutomaton` finds thousands of patterns at once, and
has no `?` and `$`.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from interviews.paige.language.words import KEPT_WORDS, accented, unaccented

ANY, GAP, QUESTION, END, SEPARATOR = "<1>", "...", "?", "$", "^"
MAX_GAP = 4
MIN_STEM = 3
"""The shortest part of a word next to `*`."""

_LETTERS = r"\S*"
_SYMBOLS = {ANY: r"[^\s?]+ ", GAP: rf"(?:\S+ ){{0,{MAX_GAP}}}", QUESTION: r"\? ", END: r"(?:\? )?$"}
_ELEMENT = re.compile(r"\.\.\.|<\w+>|[()\[\]|^]|[?$](?![^\s()\[\]|^])|[^\s()\[\]|^]+")
_STARRED = re.compile(r"(\*?)([^*]+)(\*?)")
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


class PatternError(ValueError):
    """The message says what is wrong with a pattern."""


class WordPattern(NamedTuple):
    """Has several words only if their spelling has a hyphen or an elision. `before`, `after`: "*" or ""."""

    text: str
    before: str = ""
    after: str = ""


class OneOf(NamedTuple):
    options: tuple[tuple["Element", ...], ...]
    may_be_missing: bool = False


Element = str | WordPattern | OneOf
"""A text is one of the symbols."""


class Patterns:
    def __init__(self, named: Mapping[str, str] = _NO_NAMES) -> None:
        self._named = named
        self._entries: dict[str, OneOf] = {}

    def parse(self, pattern: str) -> OneOf:
        """Raises PatternError."""
        elements = deque(_ELEMENT.findall(pattern))
        one_of = self._one_of(elements)
        if elements:
            raise PatternError(f"Has {elements[0]} without its opening bracket.")
        return one_of

    def regex(self, pattern: str, spelling: Callable[[str], str] = unaccented) -> str:
        """Matches text that `spelling` has made, and the space behind it. The longest alternatives come first."""
        return _regex(self.parse(pattern), spelling)

    def _one_of(self, elements: deque[str], *, may_be_missing: bool = False) -> OneOf:
        options: list[tuple[Element, ...]] = []
        while True:
            row = []
            while elements and elements[0] not in (")", "]", "|"):
                row.append(self._element(elements))
            options.append(tuple(row))
            if not elements or elements[0] != "|":
                return OneOf(tuple(options), may_be_missing)
            elements.popleft()

    def _element(self, elements: deque[str]) -> Element:
        element = elements.popleft()
        if element in ("(", "["):
            one_of = self._one_of(elements, may_be_missing=element == "[")
            if not elements or elements.popleft() != {"(": ")", "[": "]"}[element]:
                raise PatternError(f"Has {element} without its closing bracket.")
            return one_of
        if element in (ANY, GAP, QUESTION, END, SEPARATOR):
            return element
        name = element.removeprefix("<").removesuffix(">")
        return self._entry(name) if element == f"<{name}>" and name in self._named else _word_pattern(element)

    def _entry(self, name: str) -> OneOf:
        if name not in self._entries:
            self._entries[name] = self.parse(self._named[name])
        return self._entries[name]


def whole_words(
    patterns: Iterable[str], spelling: Callable[[str], str] = unaccented, named: Mapping[str, str] = _NO_NAMES
) -> re.Pattern[str]:
    """Without patterns, finds nothing."""
    any_of = "|".join(patterns)
    return re.compile(rf"(?<!\S){Patterns(named).regex(any_of, spelling)}" if any_of else r"(?!)")


def whole_words_of(
    lists: Mapping[str, list[str]], names: Iterable[str], with_accents: Collection[str], named: Mapping[str, str]
) -> dict[str, re.Pattern[str]]:
    """By name, from the list of this name. The patterns `with_accents` match the text that `accented` returns."""
    spellings = {name: accented if name in with_accents else unaccented for name in names}
    return {name: whole_words(lists.get(name, []), spelling, named) for name, spelling in spellings.items()}


@lru_cache(maxsize=KEPT_WORDS)
def _word_pattern(element: str) -> WordPattern:
    starred = _STARRED.fullmatch(element)
    words = unaccented(starred[2]).split() if starred else []
    if not starred or not words or element.startswith("<"):
        raise PatternError(f"{element} is not a word.")
    before, text, after = starred.groups()
    if (before and len(words[0]) < MIN_STEM) or (after and len(words[-1]) < MIN_STEM):
        raise PatternError(f"{element} must have at least {MIN_STEM} letters next to *.")
    return WordPattern(text, before, after)


def _regex(element: Element, spelling: Callable[[str], str]) -> str:
    if isinstance(element, OneOf):
        options = ("".join(_regex(each, spelling) for each in option) for option in element.options)
        return f"(?:{'|'.join(sorted(options, key=len, reverse=True))}){'?' if element.may_be_missing else ''}"
    return _SYMBOLS[element] if isinstance(element, str) else _words_regex(element, spelling)


@lru_cache(maxsize=KEPT_WORDS)
def _words_regex(element: WordPattern, spelling: Callable[[str], str]) -> str:
    words = re.escape(spelling(element.text).rstrip()).replace(r"\ ", " ")
    return f"{element.before and _LETTERS}{words}{element.after and _LETTERS} "
