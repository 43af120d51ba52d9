"""Words, sentences and clauses of a text, and the files lexicons/<language>/<name>.json.

phrases.json has Paige's fixed phrases. languages.json has `function_words`, the frequent words of the language, and
`names`, what it calls other languages, by their codes. A pattern of wording.json and question_style.json is a row of
words. Case and punctuation do not count.

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
import unicodedata
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self

from django.conf import settings

LEXICONS = Path(__file__).with_name("lexicons")

_SYMBOLS = {"<1>": r"[^\s?]+ ", "...": r"(?:\S+ ){0,4}", "?": r"\? "}
_ELEMENT = re.compile(r"\.\.\.|<\w+>|[()\[\]|]|\?(?![^\s()\[\]|])|[^\s()\[\]|]+")


KEPT_WORDS = 4096
KEPT_TEXTS = 512
"""Each sentence of an answer is compared with many patterns."""
MAX_LETTERS = 40
"""Letters after these are ignored."""
MIN_LETTERS_OF_A_STEM, LETTERS_OF_AN_ENDING = 4, 3

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

QUOTED = re.compile(r"[“„«][^“”„«»]*[”“»]")
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
    without_quotes = QUOTED.sub(lambda quote: "x" * len(quote[0]), message)
    *_, gap = None, *SENTENCE_GAP.finditer(without_quotes)
    return (message[: gap.start()], message[gap.end() :]) if gap else ("", message)


def clauses_and_introductions(sentence: str) -> list[str]:
    """Unlike CLAUSE_GAP, a colon separates too."""
    return [clause for part in sentence.split(": ") for clause in CLAUSE_GAP.split(part)]


def is_form(word: str, named: str) -> bool:
    """Of the same stem. The last part of a German compound counts too: "IT-Sicherheitsprüfung"."""
    if word == named:
        return True
    if len(named) < MIN_LETTERS_OF_A_STEM or len(word) < MIN_LETTERS_OF_A_STEM:
        return word.rstrip("s") == named.rstrip("s") and len(named) > 1
    stem = named[: max(MIN_LETTERS_OF_A_STEM, len(named) - LETTERS_OF_AN_ENDING)]
    is_inflected = word.startswith(stem) and abs(len(word) - len(named)) <= LETTERS_OF_AN_ENDING
    return is_inflected or (len(named) > LETTERS_OF_AN_ENDING + MIN_LETTERS_OF_A_STEM and word.endswith(named))


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


def language_of(text: str, default: str = "en") -> str:
    """The language with the most function words in the text. The default wins a tie."""
    words = unaccented(text).split()
    counts = {code: sum(word in common for word in words) for code, common in _function_words().items()}
    return max(counts, key=lambda code: (counts[code], code == default))


def written_in(texts: Iterable[str], declared: str) -> str:
    """The language of the most function words. The declared one if that is in doubt, or not known."""
    is_known = declared in languages_with("languages")
    return language_of(" ".join(texts), declared) if is_known else declared


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    return {
        code: frozenset(unaccented(lexicon("languages", code)["function_words"]).split())
        for code in languages_with("languages")
    }


def languages_named(text: str) -> set[str]:
    """The codes of the languages that a text names, in any language. One name may have several codes."""
    words = set(unaccented(text).split())
    return {code for name, code in _names_of_languages() if name in words}


@cache
def _names_of_languages() -> frozenset[tuple[str, str]]:
    return frozenset(
        (name, code)
        for language in languages_with("languages")
        for code, names in lexicon("languages", language)["names"].items()
        for name in unaccented(names).split()
    )


def whole_words(patterns: Iterable[str], named: Mapping[str, str] = MappingProxyType({})) -> re.Pattern[str]:
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
