import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from interviews.paige.guide.rules import Remark, unknown_siblings, wordings
from interviews.paige.guide.texts import MAX_QUOTE_WORDS, QUOTE
from interviews.paige.language import (
    SpelledText,
    clauses_and_introductions,
    languages_with,
    lexicon,
    lower_case,
    questions,
    whole_words,
)

MAX_QUESTION_WORDS = 45

_TAG = re.compile(r",\s([^,]+)\?\Z")


class Style(NamedTuple):
    """`closed` is matched at the beginning of a clause, `tags` after its last comma, the others anywhere."""

    open: re.Pattern[str]
    closed: re.Pattern[str]
    leading: re.Pattern[str]
    tags: re.Pattern[str]
    double: re.Pattern[str]


def guide_warnings(guide: Mapping[str, Any]) -> list[Remark]:
    """Accepts invalid guides."""
    language = guide.get("language")
    texts = [(path, text) for path, text in wordings(guide) if path[-1] != "reason"]
    style = [Remark(path, warning) for path, text in texts for warning in style_warnings(text, str(language))]
    return [*style, *unknown_siblings(guide)]


def style_warnings(text: str, language: str) -> Iterator[str]:
    """Checks only length and question marks if the language has no question_style.json."""
    asked = questions(text)
    if style := _style(language):
        yield from _wording_warnings(asked, style)
    if len(asked) > 1:
        yield "Double question: it has several question marks. Ask one thing at a time."
    longest = text.replace(QUOTE, " ".join(["word"] * MAX_QUOTE_WORDS))
    if (words := len(longest.split())) > MAX_QUESTION_WORDS:
        counted = "words with the longest quote" if QUOTE in text else "words"
        yield f"Long question: {words} {counted}. Use at most {MAX_QUESTION_WORDS}."


def _wording_warnings(questions: Iterable[str], style: Style) -> Iterator[str]:
    for question in questions:
        leading, double = _wording(style.leading, question) or _tag(question, style), _wording(style.double, question)
        if leading:
            yield f"Leading question: “{leading}” suggests an answer."
        elif closed := _closed_opening(question, style):
            yield f"Closed question: “{closed}” can be answered with yes or no. Ask what, how or why."
        if double:
            yield f"Double question: “{double}” asks a second thing. Ask one thing at a time."


def _closed_opening(question: str, style: Style) -> str:
    """The first closed opening. Returns "" if there is none, or if an open question precedes it."""
    for clause in clauses_and_introductions(question):
        if closed := _wording(style.closed, clause, at_the_start=True):
            return closed
        if _wording(style.open, clause):
            return ""
    return ""


def _tag(question: str, style: Style) -> str:
    """Such as "right" in "…, right?". Returns "" if there is none."""
    tag = _TAG.search(question)
    return tag[1].strip() if tag and style.tags.fullmatch(lower_case(tag[1])) else ""


def _wording(pattern: re.Pattern[str], text: str, *, at_the_start: bool = False) -> str:
    """The wording as the text spells it. Returns "" if there is none."""
    spelled = SpelledText.of(text, lower_case)
    found = pattern.match(spelled.plain) if at_the_start else pattern.search(spelled.plain)
    return text[slice(*spelled.span(found))] if found else ""


@cache
def _style(language: str) -> Style | None:
    if language not in languages_with("question_style"):
        return None
    words = lexicon("question_style", language)
    return Style(**{name: whole_words(words[name]) for name in Style._fields})
