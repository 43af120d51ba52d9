"""The files lexicons/<language>/<name>.json, Paige's fixed phrases among them, and the patterns that some of them have.

A pattern of wording.json and question_style.json is a row of words. Case and punctuation do not count.

    a b|c       one of several: "a b" or "c"
    (a|b) c     the same, in a part of a row
    [a|b] c     "a c", "b c" or "c"
    <name>      an entry of the file's "words"
    <1>         any word
    ...         any row of up to four words
    pric*       a word that begins with "pric"; *pric ends with it, *pric* contains it
    ?           the end of a question
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from django.conf import settings

from interviews.paige.language.words import lower_case

LEXICONS = Path(__file__).resolve().parent.parent / "lexicons"

_SYMBOLS = {"<1>": r"[^\s?]+ ", "...": r"(?:\S+ ){0,4}", "?": r"\? "}
_ELEMENT = re.compile(r"\.\.\.|<\w+>|[()\[\]|]|\?(?![^\s()\[\]|])|[^\s()\[\]|]+")
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


class Phrase(NamedTuple):
    """`number`: how often a phrase of this name was due before. It selects the wording."""

    name: str
    number: int = 0


@cache
def languages_with(name: str) -> list[str]:
    return sorted(path.parent.name for path in LEXICONS.glob(f"*/{name}.json"))


def lexicon(name: str, language: str) -> dict[str, Any]:
    """Raises FileNotFoundError if the language does not have this file."""
    loaded: dict[str, Any] = json.loads((LEXICONS / language / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def languages() -> list[str]:
    """Those that Paige speaks."""
    return [code for code, _ in settings.LANGUAGES if code in languages_with("phrases")]


@cache
def phrases(language: str) -> Mapping[str, list[str]]:
    return lexicon("phrases", language)


def wording(phrase: Phrase, language: str) -> str:
    """Raises KeyError for an unknown name."""
    wordings = phrases(language)[phrase.name]
    return wordings[phrase.number % len(wordings)]


def switch_requests() -> Mapping[str, str]:
    """The languages by what the buttons that switch the language add to an answer."""
    return {wording(Phrase("switch_request"), language): language for language in languages()}


def whole_words(patterns: Iterable[str], named: Mapping[str, str] = _NO_NAMES) -> re.Pattern[str]:
    """Matches text from `lower_case`, and the space behind it. Raises ValueError if a bracket is missing."""
    return re.compile(rf"(?<!\S){_regex('|'.join(patterns), named)}")


def _regex(pattern: str, named: Mapping[str, str]) -> str:
    elements = deque(_ELEMENT.findall(pattern))
    any_of = _one_of(elements, named)
    if elements:
        raise ValueError(f"{pattern} has {elements[0]} without its opening bracket.")
    return any_of


def _one_of(elements: deque[str], named: Mapping[str, str]) -> str:
    """Takes the elements up to a closing bracket. The longest alternatives come first."""
    options = [""]
    while elements and elements[0] not in (")", "]"):
        element = elements.popleft()
        if element == "|":
            options.append("")
        else:
            options[-1] += _element(element, elements, named)
    return f"(?:{'|'.join(sorted(options, key=len, reverse=True))})"


def _element(element: str, following: deque[str], named: Mapping[str, str]) -> str:
    if element in ("(", "["):
        any_of = _one_of(following, named)
        if not following or following.popleft() != {"(": ")", "[": "]"}[element]:
            raise ValueError(f"Has {element} without its closing bracket.")
        return any_of if element == "(" else f"{any_of}?"
    if element in _SYMBOLS:
        return _SYMBOLS[element]
    if element.startswith("<"):
        return _regex(named[element.strip("<>")], named)
    words = re.escape(lower_case(element.strip("*")).rstrip()).replace(r"\ ", " ")
    before, after = (r"\S*" if is_open else "" for is_open in (element.startswith("*"), element.endswith("*")))
    return f"{before}{words}{after} "
