"""Whether a text of the contact mentions a subject: in another inflection, as an acronym, or spelled out."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from interviews.paige.language.words import unaccented

MIN_STEM = 4
LETTERS_OF_AN_ENDING = 3
MIN_LETTERS, MAX_LETTERS = 3, 6
"""Of an acronym whose words may be written out."""

_INNER = re.compile("of|on|in|and|as|for|zur|zum|und|fur|de|des|du|la|del")
"""May be left out of a subject, and have a letter in an acronym."""
_OUTER = re.compile(
    "the|an|it|we|you|he|she|they|is|was|are|were|be|has|had|our|your|to|at|by|with|from|or|but|not|no|"
    "der|die|das|den|dem|ein|eine|es|wir|sie|er|ich|ist|war|sind|hat|im|am|zu|mit|von|bei|auf|unser|oder|aber|"
    "le|les|un|une|il|elle|nous|vous|est|au|aux|et|ou|el|los|las|una|es|se|su|con|por"
)
"""No acronym has a letter of them."""


def mentions_subject(text: str, subjects: Iterable[str]) -> bool:
    words = _words(text)
    return any(_mentions(words, _words(subject)) for subject in subjects)


def _mentions(words: tuple[str, ...], subject: tuple[str, ...]) -> bool:
    named = [word for word in subject if not _INNER.fullmatch(word)] or subject
    if named and all(any(_is_form(word, part) for word in words) for part in named):
        return True
    joined = "".join(subject)
    is_joined = joined in (first + second for first, second in pairwise(words))  # "sign on" is "signon"
    return is_joined or joined in _acronyms(words) or not _acronyms(subject).isdisjoint(words)


def _is_form(word: str, named: str) -> bool:
    """Of the same stem. The last part of a German compound counts too: "IT-Sicherheitsprüfung"."""
    if word == named:
        return True
    if len(named) < MIN_STEM or len(word) < MIN_STEM:
        return word.rstrip("s") == named.rstrip("s") and len(named) > 1
    stem = named[: max(MIN_STEM, len(named) - LETTERS_OF_AN_ENDING)]
    is_inflected = word.startswith(stem) and abs(len(word) - len(named)) <= LETTERS_OF_AN_ENDING
    return is_inflected or (len(named) > LETTERS_OF_AN_ENDING + MIN_STEM and word.endswith(named))


@lru_cache(maxsize=512)
def _acronyms(words: Sequence[str]) -> frozenset[str]:
    """Of neighbours that may be a spelled-out acronym."""
    runs = (words[at : at + size] for size in range(MIN_LETTERS, MAX_LETTERS + 1) for at in range(len(words)))
    return frozenset(
        "".join(part[0] for part in run)
        for run in runs
        if len(run) >= MIN_LETTERS and not any(len(part) == 1 or _OUTER.fullmatch(part) for part in run)
    )


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in unaccented(text).split() if not word.startswith("?"))
