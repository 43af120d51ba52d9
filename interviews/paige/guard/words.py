"""Words as the guard compares them: without case, accents and endings, however they are spelt out. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from pathlib import Path

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ENDINGS = ("ings", "ing", "ers", "ed", "es", "er", "ly", "s", "e")


def normalize(text: str) -> str:
    """The text in lower case, with letters for their look-alikes, no accents and nothing invisible."""
    if text.isascii():  # which has none of these, and is what most texts are
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf")).casefold()


def words_of(text: str) -> list[str]:
    """The words of a text in their order."""
    return _WORD.findall(normalize(text))


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """A word without its ending, crudely: "pricing" and "prices" are alike."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def stems_of(text: str) -> list[str]:
    """The words of a text in their order, without their endings."""
    return [stem(word) for word in words_of(text)]


def content_of(text: str) -> list[str]:
    """The stems of the words that tell something, in their order."""
    return [word for word in stems_of(text) if word not in COMMON]


def ngrams(words: Iterable[str], length: int) -> set[tuple[str, ...]]:
    """Every run of that many words that follow each other."""
    row = list(words)
    return set(zip(*(row[start:] for start in range(length)), strict=False))


def spellings(words: list[str]) -> set[str]:
    """What the words may stand for: themselves, two to four of them run together, each of them backwards."""
    joined = ("".join(row) for length in (2, 3, 4) for row in ngrams(words, length))
    return set(map(stem, chain(words, joined, (word[::-1] for word in words))))


COMMON = frozenset(stems_of(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8")))
"""Words that say nothing about anybody."""
