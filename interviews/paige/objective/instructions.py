"""Signs say which topics to ask about and which to avoid: lexicons/*/objective.json."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from functools import cache, lru_cache
from typing import Any

from interviews.paige.language.automaton import PatternAutomaton
from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.patterns import SEPARATOR, OneOf, Patterns
from interviews.paige.language.sentences import SENTENCE_MARKS
from interviews.paige.language.words import unaccented

_TOKEN = re.compile(
    r"(?<!\S)\d{1,2}[.)](?=\s)"
    r"|[^\W_]+(?:['`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}][^\W_]+)*"
    rf"|(?<![{SENTENCE_MARKS}])[{SENTENCE_MARKS}]++(?=[\s)\"]|$)"
    r'|""|\[\]|\{\}'
    r"|[,:()\[\]>|+&\N{EN DASH}\N{EM DASH}]|(?<=\s)(?:-+|/)(?=\s)|(?<=\w{3})/(?=\w{3})"
)
_BULLET = re.compile(r"\s*(?:[-*>\N{BULLET}\N{EN DASH}]|\d{1,2}[.)]|[a-z]\))\s*")

# Counts as the word "null".
_EMPTY = frozenset(('""', "[]", "{}"))
_NULL = "null"


class Sign(StrEnum):
    """NOTHING: words that only look like another sign or like a topic."""

    AVOID = auto()
    LEAVE_OUT = auto()
    """Avoids only in an objective: in notes the same words are part of a report."""
    MATTERS = auto()
    ABSENT = auto()
    NOTHING = auto()
    ASK = auto()
    BECAUSE = auto()
    BACKGROUND = auto()
    NEGATION = auto()
    """Avoids in an objective, unless it is part of another sign, or of a question."""


class Place(StrEnum):
    BEFORE = auto()
    AROUND = auto()
    AFTER = auto()


@dataclass(frozen=True)
class Word:
    text: str = field(repr=False)
    start: int
    end: int
    mark: str = ""


def sentences(text: str) -> Iterator[list[Word]]:
    """Each has separators at its ends. Lines below a colon belong to its sentence, up to an empty line."""
    words: list[Word] = []
    end, is_list = 0, False
    for line in re.finditer(r"[^\r\n]+", text):
        bullet = _BULLET.match(line[0])
        is_near = bool(words) and text.count("\n", end, line.start()) < 2
        is_list = is_near and (is_list or words[-1].mark == ":")
        is_wrapped = is_near and not bullet and line[0].lstrip()[:1].islower()
        if is_list:
            words.append(Word(SEPARATOR, end, end, ","))
        elif words and not is_wrapped:
            yield _closed(words)
            words = []
        for word in _words(text, line.start() + (bullet.end() if bullet else 0), line.end()):
            words.append(word)
            if word.mark and word.mark in SENTENCE_MARKS:
                yield _closed(words)
                words = []
        end = line.end()
    if words:
        yield _closed(words)


def _words(text: str, start: int, end: int) -> Iterator[Word]:
    previous = ""
    for token in _TOKEN.finditer(text, start, end):
        if token[0][-1] in ".)" and token[0][0].isdigit():
            yield Word(SEPARATOR, token.start(), token.end(), ",")
        elif token[0] in _EMPTY:
            yield Word(_NULL, token.start(), token.end())
        elif token[0][0].isalnum():
            for previous in _unaccented(token[0]):
                yield Word(previous, token.start(), token.end())
        elif token[0] != "." or (len(previous) > 1 and previous not in vocabulary().abbreviations):
            yield Word(SEPARATOR, token.start(), token.end(), token[0][0])


def _closed(words: list[Word]) -> list[Word]:
    start, end = words[0].start, words[-1].end
    return [Word(SEPARATOR, start, start, "."), *words, Word(SEPARATOR, end, end, words[-1].mark or ".")]


@lru_cache(maxsize=4096)
def _unaccented(token: str) -> tuple[str, ...]:
    return tuple(unaccented(token).split())


@dataclass(frozen=True)
class Vocabulary:
    """`lists`: words that join items. `clauses`: words that show that a clause has a verb.

    `pronouns`: words that may stand for a topic.
    """

    signs: PatternAutomaton[tuple[Sign, Place]]
    lists: frozenset[str]
    clauses: frozenset[str]
    abbreviations: frozenset[str]
    pronouns: frozenset[str]
    questions: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    languages = [lexicon("objective", code) for code in languages_with("objective")]

    def words(name: str) -> frozenset[str]:
        return frozenset(unaccented(word).strip() for language in languages for word in language[name].split("|"))

    rows = [row for language in languages for row in _rows(language)]
    names = ("lists", "clauses", "abbreviations", "pronouns", "questions")
    return Vocabulary(PatternAutomaton(rows), *(words(name) for name in names))


def _rows(language: Mapping[str, Any]) -> Iterator[tuple[OneOf, tuple[Sign, Place]]]:
    patterns = Patterns(language["words"])
    for sign, places in language["signs"].items():
        for place, phrases in places.items():
            for phrase in phrases:
                yield patterns.parse(phrase), (Sign(sign), Place(place))
