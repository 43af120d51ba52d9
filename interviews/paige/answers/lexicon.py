"""What the answers of contacts can be read as, in every language of lexicons/*/answers.json.

A pattern is a row of words. `(a|b c)` stands for one of several, `[a|b]` may be missing, `<name>` is an entry of the
file's "words", `<1>` is any word, `...` up to four words, and `?` the end of a question. Patterns under "whole" must
match a whole sentence but for its fillers, those under "start" its beginning, and those under "part" any part. `$` is
the end of a sentence. Those under "asked" match any part of a question that no other pattern matches.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from interviews.paige.guide.texts import Kind
from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.words import normalized

_TOKEN = re.compile(r"[()\[\]|?$]|\.\.\.|<1>|[^\s()\[\]|?<>]+")
_SYNTAX = {
    "(": "(?:",
    "[": "(?:",
    ")": ")",
    "]": ")?",
    "|": "|",
    "?": r"\? ",
    "$": r"(?:\? )?$",
    "...": r"(?:\S+ ){0,4}",
    "<1>": r"[^\s?]+ ",
}


class Intent(StrEnum):
    """Of several intents that match a question under "asked", the first counts."""

    ASKS_ABOUT_AI = "asks_about_ai"
    ASKS_WHO_READS = "asks_who_reads"
    ASKS_HOW_LONG = "asks_how_long"
    ASKS_ABOUT_LANGUAGE = "asks_about_language"
    ASKS_TO_REPEAT = "asks_to_repeat"
    ASKS_PURPOSE = "asks_purpose"
    ASKS_IF_ENOUGH = "asks_if_enough"
    ASKS_MEANING = "asks_meaning"
    ASKS_SOMETHING = "asks_something"
    WANTS_TO_STOP = "wants_to_stop"
    WANTS_A_PERSON = "wants_a_person"
    WANTS_DELETION = "wants_deletion"
    DECLINES = "declines"
    DENIES = "denies"
    SAID_BEFORE = "said_before"


@cache
def intent_patterns() -> Mapping[Intent, re.Pattern[str]]:
    sources: dict[Intent, list[str]] = {intent: [] for intent in Intent}
    for language in _languages():
        words, fillers = language["words"], f"(?:{_regex(language['fillers'], {})})*"
        for name, modes in language["intents"].items():
            whole, start, part = (_alternatives(modes.get(mode, []), words) for mode in ("whole", "start", "part"))
            sources[Intent(name)] += [f"{fillers}{whole}{fillers}(?:\\? )?$"] if whole else []
            sources[Intent(name)] += [f"{fillers}{start}"] if start else []
            sources[Intent(name)] += [rf"(?:\S+ )*?{part}"] if part else []
    return {intent: re.compile("|".join(patterns)) for intent, patterns in sources.items()}


@cache
def question_patterns() -> Mapping[Intent, re.Pattern[str]]:
    """Excludes what intent_patterns() matches."""
    found: dict[Intent, list[str]] = {}
    for intent in Intent:
        for language in _languages():
            patterns = language["intents"].get(intent, {}).get("asked", [])
            found.setdefault(intent, []).extend(_regex(pattern, language["words"]) for pattern in patterns)
    return {intent: re.compile(rf"(?<!\S)(?:{'|'.join(patterns)})") for intent, patterns in found.items() if patterns}


@cache
def filler_pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_regex(language['fillers'], {})})*$" for language in _languages()))


@cache
def rhetorical_pattern() -> re.Pattern[str]:
    """Such as "who wants that?"."""
    return _beginning("rhetorical")


@cache
def self_answer_pattern() -> re.Pattern[str]:
    """Such as "because", after the contact's own question."""
    return _beginning("self_answers")


@cache
def marker_patterns() -> Mapping[Kind, re.Pattern[str]]:
    markers = {kind: "|".join(language["markers"][kind] for language in _languages()) for kind in Kind}
    return {kind: re.compile(rf"(?<!\S)(?:{_regex(words, {})})") for kind, words in markers.items()}


def language_of(text: str, default: str = "en") -> str:
    words = normalized(text).split()
    return max(_vocabularies(), key=lambda name: (_vocabularies()[name].count(words), name == default))


def conjunctions(text: str) -> frozenset[str]:
    """Of the text's language: "die" joins clauses in Dutch, but not in German."""
    return _vocabularies()[language_of(text)].conjunctions


@dataclass(frozen=True)
class _Vocabulary:
    common: frozenset[str]
    conjunctions: frozenset[str]

    def count(self, words: Iterable[str]) -> int:
        return sum(word in self.common for word in words)


@cache
def _vocabularies() -> Mapping[str, _Vocabulary]:
    def words(language: Mapping[str, Any], name: str) -> frozenset[str]:
        return frozenset(normalized(language[name]).split())

    return {name: _Vocabulary(words(each, "common_words"), words(each, "conjunctions")) for name, each in _files()}


def _beginning(name: str) -> re.Pattern[str]:
    return re.compile(f"(?:{_regex('|'.join(language[name] for language in _languages()), {})})")


def _languages() -> Iterator[Mapping[str, Any]]:
    return (language for _, language in _files())


def _files() -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((language, lexicon("answers", language)) for language in languages_with("answers"))


def _alternatives(patterns: list[str], words: Mapping[str, str]) -> str:
    return f"(?:{'|'.join(_regex(pattern, words) for pattern in patterns)})" if patterns else ""


def _regex(pattern: str, words: Mapping[str, str]) -> str:
    """Raises KeyError for an unknown `<name>`."""
    while named := re.search(r"<([a-z]\w*)>", pattern):
        pattern = pattern.replace(named[0], f"({words[named[1]]})")
    return "".join(_SYNTAX.get(token) or _words(token) for token in _TOKEN.findall(pattern))


def _words(token: str) -> str:
    return re.escape(normalized(token)).replace(r"\ ", " ")
