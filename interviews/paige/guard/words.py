import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from pathlib import Path

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ENDINGS = ("ings", "ing", "ers", "ed", "es", "er", "ly", "s", "e")


def normalize(text: str) -> str:
    """Applies NFKD and case folding, and removes accents and invisible characters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf")).casefold()


def words_of(text: str) -> list[str]:
    return _WORD.findall(normalize(text))


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """ "pricing" and "prices" have the same stem."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def stems_of(text: str) -> list[str]:
    return [stem(word) for word in words_of(text)]


def content_of(text: str) -> list[str]:
    """The stems without stop words."""
    return [word for word in stems_of(text) if word not in COMMON]


def ngrams(words: Iterable[str], length: int) -> set[tuple[str, ...]]:
    row = list(words)
    return set(zip(*(row[start:] for start in range(length)), strict=False))


def spellings(words: list[str]) -> set[str]:
    """Includes joined and reversed words."""
    joined = ("".join(row) for length in (2, 3, 4) for row in ngrams(words, length))
    return set(map(stem, chain(words, joined, (word[::-1] for word in words))))


COMMON = frozenset(stems_of(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8")))
"""The stems of the stop words."""
