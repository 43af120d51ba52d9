import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from interviews.paige.guide.paths import Remark
from interviews.paige.guide.rules import wordings
from interviews.paige.guide.texts import MAX_QUOTE_WORDS, QUOTE
from interviews.paige.language.lexicons import languages_with, lexicon

MAX_QUESTION_WORDS = 45

_QUESTION = re.compile(r"[^.!?…]*\?")
_LONGEST_QUOTE = " ".join(["word"] * MAX_QUOTE_WORDS)
_CLAUSE = re.compile(r"[,;:\u2013\u2014]\s")


class Style(NamedTuple):
    """`closed` matches at the beginning of a clause, the others anywhere in the question. `tags`: leading ends such as
    "…, right?".
    """

    open: re.Pattern[str]
    closed: re.Pattern[str]
    leading: re.Pattern[str]
    double: re.Pattern[str]


def guide_warnings(guide: Mapping[str, Any]) -> list[Remark]:
    """Accepts invalid guides."""
    language = guide.get("language")
    texts = [(path, text) for path, text in wordings(guide) if path[-1] != "reason"]
    return [Remark(path, warning) for path, text in texts for warning in style_warnings(text, str(language))]


def style_warnings(text: str, language: str) -> Iterator[str]:
    """In a language without a file, checks only the length and the question marks."""
    questions = _QUESTION.findall(text)
    if style := _style(language):
        yield from _wording_warnings(questions, style)
    if len(questions) > 1:
        yield "Double question: it has several question marks. Ask one thing at a time."
    if (words := len(text.replace(QUOTE, _LONGEST_QUOTE).split())) > MAX_QUESTION_WORDS:
        counted = "words with the longest quote" if QUOTE in text else "words"
        yield f"Long question: {words} {counted}. Use at most {MAX_QUESTION_WORDS}."


def _wording_warnings(questions: Iterable[str], style: Style) -> Iterator[str]:
    for question in questions:
        leading, double = style.leading.search(question), style.double.search(question)
        if leading:
            yield f"Leading question: “{leading[0].strip(', ?')}” suggests an answer."
        elif closed := _closed_opening(question, style):
            yield f"Closed question: “{closed}” can be answered with yes or no. Ask what, how or why."
        if double:
            yield f"Double question: “{double[0]}” asks a second thing. Ask one thing at a time."


def _closed_opening(question: str, style: Style) -> str:
    """The first closed opening, unless an open question precedes it; or ""."""
    for clause in _CLAUSE.split(question):
        if closed := style.closed.match(clause):
            return closed[1]
        if style.open.search(clause):
            return ""
    return ""


@cache
def _style(language: str) -> Style | None:
    if language not in languages_with("question_style"):
        return None
    words = lexicon("question_style", language)
    any_of = {name: _any_of(phrases) for name, phrases in words.items() if name != "language"}
    whole = r"(?<!\w)(?:{})(?!\w)"
    patterns = {
        "open": whole.format(any_of["open"]),
        "closed": rf"\W*({any_of['closed']})(?!\w)",
        "leading": rf"{whole.format(any_of['leading'])}|,\s+¿?(?:{any_of['tags']})\s*\?",
        "double": whole.format(any_of["double"]),
    }
    return Style(**{name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()})


def _any_of(phrases: Iterable[str]) -> str:
    ordered = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace("'", "['\u2019]").replace(r"\ ", r"\s+") for phrase in ordered)
