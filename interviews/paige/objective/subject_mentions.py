"""Whether a text of the contact mentions a subject: in another inflection, as an acronym, or spelled out."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from interviews.paige.language.lexicons import languages_with
from interviews.paige.language.words import unaccented
from interviews.paige.objective.subject_words import subject_words

MIN_STEM = 4
LETTERS_OF_AN_ENDING = 3
MIN_LETTERS, MAX_LETTERS = 3, 6
"""Of an acronym whose words may be written out."""


def mentions_subject(text: str, subjects: Iterable[str]) -> bool:
    return bool(mentioned(text, subjects))


def mentioned(text: str, subjects: Iterable[str]) -> tuple[str, ...]:
    words = _words(text)
    return tuple(subject for subject in subjects if _mentions(words, _words(subject)))


def _mentions(words: tuple[str, ...], subject: tuple[str, ...]) -> bool:
    named = [word for word in subject if word not in _inner()] or subject
    if named and all(any(_is_form(word, part) for word in words) for part in named):
        return True
    joined = "".join(subject)
    return joined in _joined(words) or joined in _initials(words) or bool(set(words) & {*_initials(subject)})


def _is_form(word: str, named: str) -> bool:
    """Of the same stem. The last part of a German compound counts too: "IT-Sicherheitsprüfung"."""
    if word == named:
        return True
    if len(named) < MIN_STEM or len(word) < MIN_STEM:
        return word.rstrip("s") == named.rstrip("s") and len(named) > 1
    stem = named[: max(MIN_STEM, len(named) - LETTERS_OF_AN_ENDING)]
    is_inflected = word.startswith(stem) and abs(len(word) - len(named)) <= LETTERS_OF_AN_ENDING
    return is_inflected or (len(named) > LETTERS_OF_AN_ENDING + MIN_STEM and word.endswith(named))


def _joined(words: Sequence[str]) -> frozenset[str]:
    """Of two neighbours: "sign on" is "signon"."""
    return frozenset(first + second for first, second in pairwise(words))


@lru_cache(maxsize=512)
def _initials(words: tuple[str, ...]) -> frozenset[str]:
    """Of neighbours that may be a spelled-out acronym."""
    return frozenset(_acronyms(words))


def _acronyms(words: Sequence[str]) -> Iterator[str]:
    for size in range(MIN_LETTERS, MAX_LETTERS + 1):
        for start in range(len(words) - size + 1):
            parts = words[start : start + size]
            if not any(_is_function(part) for part in parts):
                yield "".join(part[0] for part in parts)


def _is_function(word: str) -> bool:
    return len(word) == 1 or word in _functions()


@cache
def _functions() -> frozenset[str]:
    languages = map(subject_words, languages_with("subjects"))
    return frozenset().union(*(language.functions for language in languages)) - _inner()


@cache
def _inner() -> frozenset[str]:
    return frozenset().union(*(subject_words(language).inner for language in languages_with("subjects")))


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in unaccented(text).split() if not word.startswith("?"))
