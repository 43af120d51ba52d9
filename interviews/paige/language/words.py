"""Words, sentences and clauses of a text."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Literal, Self

KEPT_WORDS = 4096
KEPT_TEXTS = 512
"""Each sentence of an answer is compared with many patterns."""
MAX_LETTERS = 40
"""Letters after these are ignored."""

_WORD = re.compile(r"[^\W_]+|\?+")
# Combining marks, and all other characters that are not ASCII, spaces or parts of words.
_MARKS = re.compile(r"((?:[^\w\s\x00-\x7f]|[\uff9e\uff9f]){30})(?:[^\w\s\x00-\x7f]|[\uff9e\uff9f])+")
# The German subjunctive differs from the past tense by an umlaut: "würde" (would), "wurde" (was).
_SUBJUNCTIVE = re.compile(r"\b(?:wär|würd|hätt|könnt|müsst|dürft|möcht)(?:e|en|est|et|st|t)?\b")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_APOSTROPHE = re.compile("['`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}]")
# French and Italian: "c'est" are two words, but "don't" is one.
_ELISION = re.compile(rf"\b([cdjlmnst]|qu|un|all|dall|dell|nell|sull){_APOSTROPHE.pattern}", re.IGNORECASE)

_SENTENCE_MARKS = ".!?;\N{HORIZONTAL ELLIPSIS}"
_ABBREVIATIONS = "".join(rf"(?<!\b{each}\.)" for each in ("Dr", "Mr", "Mrs", "Ms", "Prof", "St", "Nr", "vs", "ca"))
# "Am 9. Mai" is a date in German.
_MONTHS = "januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|quartal"
ORDINAL_MARK = rf"(?<=\d)\.(?=\s(?i:{_MONTHS})\b)"
_ORDINAL_GAP = rf"(?<=\d\.)\s(?i:{_MONTHS})\b"

SENTENCE_GAP = re.compile(rf"(?<=[{_SENTENCE_MARKS}]){_ABBREVIATIONS}(?!{_ORDINAL_GAP})\s+|\n+")
CLAUSE_GAP = re.compile(r"(?<=[,;])\s+|\s[-\N{EN DASH}\N{EM DASH}]+\s")

_QUOTED = re.compile(r"[“„«][^“”„«»]*[”“»]")
_QUESTION = re.compile(r"(?<![^.!?\N{HORIZONTAL ELLIPSIS}])[^.!?\N{HORIZONTAL ELLIPSIS}]*+\?")


@lru_cache(maxsize=KEPT_TEXTS)
def unaccented(text: str) -> str:
    """Words and question marks, each followed by a space, without case, accents and apostrophes.

    The umlaut of a German subjunctive is spelled out, as in "wuerde".
    """
    joined = normalized("NFC", _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", text))).casefold()
    kept = _SUBJUNCTIVE.sub(lambda verb: verb[0].translate(_SPELLED_OUT), joined)
    decomposed = unicodedata.normalize("NFKD", kept)
    return _spaced("".join(character for character in decomposed if not unicodedata.combining(character)))


def lower_case(text: str) -> str:
    """Like `unaccented`, with accents. Apostrophes separate words: without them, "we're" is "were"."""
    return _spaced(normalized("NFC", text))


def normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Python 3.11 sorts the combining marks of a character in quadratic time, so that at most 30 are kept, as in
    https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format.
    """
    return unicodedata.normalize(form, _MARKS.sub(r"\1", text))


@dataclass(frozen=True)
class SpelledText:
    """`plain`: the words of a text as `spelling` writes them, separated at apostrophes. `words`: with offsets in it."""

    plain: str = field(repr=False)
    words: tuple[tuple[int, re.Match[str]], ...] = field(repr=False)

    @classmethod
    def of(cls, text: str, spelling: Callable[[str], str] = unaccented) -> Self:
        words = list(_WORD.finditer(text))
        plain = [spelling(word[0]) for word in words]
        offsets = accumulate(map(len, plain), initial=0)
        return cls("".join(plain), tuple(zip(offsets, words, strict=False)))

    def span(self, found: re.Match[str]) -> tuple[int, int]:
        """Start and end, in the text, of the words that a pattern has found in `plain`."""
        first = bisect_right(self.words, found.start(), key=itemgetter(0)) - 1
        last = bisect_left(self.words, found.end(), key=itemgetter(0)) - 1
        return self.words[first][1].start(), self.words[last][1].end()


def _spaced(text: str) -> str:
    words = _WORD.findall(text.casefold())
    return "".join("? " if word.startswith("?") else f"{word[:MAX_LETTERS]} " for word in words)


def questions(text: str) -> list[str]:
    """One for each question mark, also inside a sentence."""
    return _QUESTION.findall(text)


def reply_and_question(message: str) -> tuple[str, str]:
    """Splits a message of Paige before its last sentence. Ends of sentences within a quote do not count."""
    without_quotes = _QUOTED.sub(lambda quote: "x" * len(quote[0]), message)
    *_, gap = None, *SENTENCE_GAP.finditer(without_quotes)
    return (message[: gap.start()], message[gap.end() :]) if gap else ("", message)


def clauses_and_introductions(sentence: str) -> list[str]:
    """Unlike CLAUSE_GAP, a colon separates too."""
    return [clause for part in sentence.split(": ") for clause in CLAUSE_GAP.split(part)]
