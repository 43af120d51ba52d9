"""The language of the patterns in lexicons/*/wording.json and question_style.json.

A pattern is a row of words. Case and punctuation do not count.

    a b|c       one of several: "a b" or "c"
    (a|b) c     the same, in a part of a row
    [a|b] c     "a c", "b c" or "c"
    <name>      an entry of the file's "words"
    <1>         any word
    ...         any row of up to four words
    pric*       a word that begins so; *pric ends so, *pric* contains it
    ?           the end of a question
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from interviews.paige.language.words import lower_case

_SYMBOLS = {"<1>": r"[^\s?]+ ", "...": r"(?:\S+ ){0,4}", "?": r"\? "}
_ELEMENT = re.compile(r"\.\.\.|<\w+>|[()\[\]|]|\?(?![^\s()\[\]|])|[^\s()\[\]|]+")
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def whole_words(patterns: Iterable[str], named: Mapping[str, str] = _NO_NAMES) -> re.Pattern[str]:
    """Matches text that `lower_case` has made, and the space behind it. Raises ValueError for a missing bracket."""
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
