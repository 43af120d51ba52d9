import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

KEPT_WORDS = 4096
KEPT_TEXTS = 512
"""Each sentence of an answer is compared with many patterns."""
MAX_LETTERS = 40
"""Letters after these are ignored."""

_WORD = re.compile(r"[^\W_]+|\?+")
# The German subjunctive differs from the past tense by an umlaut: "würde" (would), "wurde" (was).
_SUBJUNCTIVE = re.compile(r"\b(?:wär|würd|hätt|könnt|müsst|dürft|möcht)(?:e|en|est|et|st|t)?\b")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_APOSTROPHE = re.compile("['`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}]")
# French and Italian: "c'est" are two words, but "don't" is one.
_ELISION = re.compile(rf"\b([cdjlmnst]|qu|un|all|dall|dell|nell|sull){_APOSTROPHE.pattern}", re.IGNORECASE)


@lru_cache(maxsize=KEPT_TEXTS)
def unaccented(text: str) -> str:
    """Words and question marks, each followed by a space, without case, accents and apostrophes.

    The umlaut of a German subjunctive is spelled out, as in "wuerde".
    """
    kept = _SUBJUNCTIVE.sub(_spelled_out, unicodedata.normalize("NFC", _without_apostrophes(text)).casefold())
    decomposed = unicodedata.normalize("NFKD", kept)
    return _spaced("".join(character for character in decomposed if not unicodedata.combining(character)))


def accented(text: str) -> str:
    """Like `unaccented`, with accents."""
    return _spaced(unicodedata.normalize("NFC", _without_apostrophes(text)))


def lower_case(text: str) -> str:
    """Like `accented`, but apostrophes separate words: without them, "we're" is "were"."""
    return _spaced(unicodedata.normalize("NFC", text))


@dataclass(frozen=True)
class SpelledText:
    """`plain`: the words of `original` as `spelling` writes them, apart at apostrophes."""

    original: str = field(repr=False)
    plain: str = field(repr=False)
    words: tuple[tuple[int, re.Match[str]], ...] = field(repr=False)
    """Each with its offset in `plain`."""

    @classmethod
    def of(cls, text: str, spelling: Callable[[str], str] = unaccented) -> Self:
        words, plain = [], ""
        for word in _WORD.finditer(text):
            words.append((len(plain), word))
            plain += spelling(word[0])
        return cls(text, plain, tuple(words))

    def span(self, found: re.Match[str]) -> tuple[int, int]:
        """The place in `original` of the words that a pattern has found in `plain`."""
        first = sum(offset <= found.start() for offset, _ in self.words) - 1
        last = sum(offset < found.end() for offset, _ in self.words) - 1
        return self.words[first][1].start(), self.words[last][1].end()


def _spelled_out(verb: re.Match[str]) -> str:
    return verb[0].translate(_SPELLED_OUT)


def _without_apostrophes(text: str) -> str:
    return _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", text))


def _spaced(text: str) -> str:
    words = _WORD.findall(text.casefold())
    return "".join("? " if word.startswith("?") else f"{word} " for word in words)
