"""Each function that reads what customers and contacts write takes linear time.

READERS is the one table of their public entry points. A new reader belongs in it.
"""

import io
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contacts.text import clean_email, clean_name, clean_notes, clean_typed_notes
from hindsight.db.full_text import Marks, Span, quoted_terms
from hindsight.db.search import search_text_of
from hindsight.http.redaction import without_secrets
from hindsight.text.csv_layouts import read_header
from hindsight.text.import_files import CsvRows, Lines, json_objects
from hindsight.text.record_files import escape_formulas, unescape_formulas
from hindsight.text.strict_json import parse
from hindsight.text.visible import position_in, stored, visible
from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.quotes import fits, is_quote, quote_from, quote_of
from interviews.paige.answers.reading import read
from interviews.paige.answers.statements import statements
from interviews.paige.answers.transcript_markdown import blocks, render_transcript
from interviews.paige.answers.wanted_language import wanted_language
from interviews.paige.findings.driver_choice import read_directions
from interviews.paige.findings.findings import findings_of
from interviews.paige.findings.reported import reported_topics
from interviews.paige.guide.question_style import style_warnings
from interviews.paige.language.sentences import clauses_and_introductions, questions, reply_and_question
from interviews.paige.language.words import SpelledText, accented, lower_case, unaccented
from interviews.paige.model.prompt import messages_for, segments
from interviews.paige.model.reply import read_reply, read_wording
from interviews.paige.objective import topic_labels
from interviews.paige.objective.corrected_subjects import subjects_in
from interviews.paige.objective.steering import steer
from interviews.paige.objective.subject_mentions import mentions_subject
from interviews.paige.objective.subject_topics import topic_of
from interviews.paige.objective.subjects import subjects
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import next_message
from interviews.paige.turn.moves import moves
from interviews.paige.turn.rules_engine import RulesEngine
from interviews.paige.wording.check import refusal_of
from interviews.paige.wording.public_brief import PublicBrief, Task
from interviews.paige.wording.request import wording_messages
from interviews.services.excerpts import excerpt_around, joined, parts_of
from staff.history.diff import TimeBudget, diff
from staff.visible_text import visible_html
from tests.interviews.paige.interviews import parsed_guide

SIZES = ((60, 120), (120, 1_000), (1_000, 4_000), (2_000, 8_000))
"""The lengths that are compared."""
FLOOR, FLOOR_OF_A_SHORT_TEXT = 0.06, 0.3
"""Seconds of CPU, below which nothing is judged."""
TOLERANCE = 2.5
"""Over four times the length, quadratic work is sixteen times as much, and ten times as much fails."""
ROUNDS = 4

GUIDE = parsed_guide().for_vendor("Acme")
Reader = Callable[[str], object]


def conversation(*answers: str) -> tuple[Utterance, ...]:
    asked = zip(GUIDE.topics, answers, strict=False)
    pairs = ((topic, Utterance(Speaker.PAIGE, topic.question, topic.key), text) for topic, text in asked)
    return tuple(
        turn
        for topic, question, text in pairs
        for turn in (question, Utterance(Speaker.CONTACT, text, topic.key, Move.ANSWER))
    )


def brief(*answers: str, objective: str = "Ask about SSO and the price.", notes: str = "") -> Brief:
    return Brief("Acme", "Jane", notes, objective, GUIDE, conversation=conversation(*answers))


def turn(*answers: str, objective: str = "") -> object:
    return next_message(brief(*answers, objective=objective), RulesEngine())


def five_answers(text: str) -> object:
    size = len(text) // 5
    return turn(*(text[i * size : (i + 1) * size] for i in range(5)))


def findings(text: str) -> object:
    content = render_transcript(conversation(text), "Jane")
    return findings_of(brief(text), content)


def transcript(text: str) -> object:
    first, second = blocks(render_transcript(conversation(text), text))
    return first.text, second.text, second.content_offset(len(text))


def public(answer: str, statement: str = "we liked SSO") -> PublicBrief:
    topics = tuple((topic.title, topic.question) for topic in GUIDE.topics)
    said = conversation(answer)
    return PublicBrief("Acme", "en", "", topics, said, Task.FOLLOW_UP, "Price", "What led to that?", statement)


def prompt(text: str) -> object:
    about = brief(text, objective=text, notes=text)
    return [segments(message) for message in messages_for(about, moves(about))]


def quotes(text: str) -> object:
    template = "What of {vendor} and “{quote}”?"
    found = quote_of(text, template), quote_of(f"What of Acme and “{text}”?", template)
    return found, is_quote(text, [text]), is_quote("a a a", [text]), fits(text, "a {quote}", "en")


def search(text: str) -> object:
    spans, whole = [Span(i, i + 2) for i in range(0, len(text), 7)], Span(0, len(text))
    marked = " ".join(f"[{word}]" for word in text.split(" "))
    return (
        (quoted_terms(text), search_text_of(text[:255]), Marks("[", "]").spans(marked, text)),
        (excerpt_around(text, spans), joined(text, spans), parts_of(whole, spans)),
    )


def files(text: str) -> object:
    def lines() -> Lines:
        return Lines(io.BytesIO(text.encode(errors="replace")))

    return list(CsvRows(lines())), list(json_objects(lines())), read_header(text)


def fields(text: str) -> None:
    for clean in (clean_name, clean_email, clean_notes, clean_typed_notes, lambda each: parse(each.encode())):
        for each in (text, "{" + text, f'{{"a": "{text}'):
            with suppress(ValidationError, ValueError):
                clean(each)


def places(text: str) -> object:
    spelled = SpelledText.of(text)
    return [spelled.span(word) for word in re.finditer(r"\S+ ", spelled.plain)]


def every(*readers: Reader) -> Reader:
    return lambda text: [reader(text) for reader in readers]


READERS: dict[str, Reader] = {
    "words": every(unaccented, accented, lower_case),
    "places of words": places,
    "sentences": every(questions, reply_and_question, clauses_and_introductions),
    "subjects of an objective": lambda text: subjects(text, GUIDE, ("Acme", "Jane")),
    "names beside an objective": lambda text: subjects("Ask Jane about SSO.", GUIDE, (text, text)),
    "topics of an objective": lambda text: steer(GUIDE, text),
    "topics of notes": lambda text: steer(GUIDE, "", text),
    "corrected subjects": lambda text: (subjects_in(text), topic_of(text, GUIDE)),
    "mentions of subjects": lambda text: mentions_subject(text, ["SSO", "security review", "Competitor X"]),
    "phrases of topics": lambda text: [topic.phrases_in(text) for topic in GUIDE.topics],
    "answer": every(read, lambda text: read("What?", text)),
    "statements": lambda text: statements(text, "en", "What led to that?", "Acme"),
    "German statements": lambda text: statements(text, "de", "Wie kam das?", "Acme"),
    "wanted language": wanted_language,
    "quotes": every(quotes, lambda text: quote_from(text, "en")),
    "next turn": lambda text: turn("Fine, we liked it.", text),
    "next turn after five answers": five_answers,
    "first turn of an objective": lambda text: turn("Fine, we liked SSO.", objective=text),
    "findings": findings,
    "transcript": transcript,
    "reported reason": lambda text: reported_topics(text, GUIDE),
    "words of a model": lambda text: refusal_of(text, public("We liked SSO.")),
    "grounds of a model": lambda text: refusal_of("What led Globexx to distinctive seats?", public(text, text)),
    "style of a question": lambda text: [[*style_warnings(text, each)] for each in ("en", "de")],
    "replies of a model": every(lambda text: read_reply(text, 3), read_wording, lambda text: read_directions(text, 3)),
    "prompts": every(prompt, lambda text: wording_messages(public(text, text))),
    "visible characters": every(visible, stored, visible_html, lambda text: position_in(text)(len(text) // 2)),
    "cells": every(escape_formulas, unescape_formulas),
    "files": files,
    "fields": fields,
    "search": search,
    "log lines": without_secrets,
    "differences": lambda text: [diff(text, each, TimeBudget()) for each in (text[::-1], "", f"a {text} b")],
}

LETTERS = ("a", "é", "語", "😀", "ß", "a\u0301", "\u0301\u0316", "\u0301\uff9e", "1")
SPACES = (" ", "\n", "\r\n", "\t", "\u00a0", "\u2028")
PUNCTUATION = (*"'\N{RIGHT SINGLE QUOTATION MARK}\"“„«»`.,;:!?…\N{EN DASH}-—/|\\*_#>()[]{}<&@+=%$~^", "...", "[]", "{}")
MIXTURES = (
    *("a ", "a\n", "a. ", "a? ", "a?\n", "a, ", "a: b, ", "a - ", "ab'ab'", "“a b” ", '"a ', "“ ", "A", "AB ", "Aa "),
    *("I ", "I I I", "not ", "no, ", "but ", "yes. ", "1,000 ", "1.1", "1. a\n", "- a\n", "> a\n", "**a:** ", "\\*"),
    *("From: a\n", "a wrote: ", "wrote:  ", "{a}", '{"move": 1} ', "<think>", "</think>", "move 1 ", "9. Mai "),
    *("l'a ", "würde ", "price ", "price, ", "not price\n", "do not ask about pricing. ", "avoid ", "the SSO, "),
    *(
        "off limits, because ",
        "no questions. ",
        "what? ",
        "I don't know. ",
        "As I said before. ",
        "Stop. ",
        "we chose ",
    ),
    *(
        "it was good, but ",
        "we lost the file, and ",
        "they were slow. ",
        "the security review ",
        "That is why we left. ",
    ),
)
FILLERS = ("moment ", "so yeah ", "oh great ", "ja also ", "well, ")
BEGINNINGS = ('"', "“", "I do not know", "avoid price, ", "price price price. ", "From a")


def repeated(part: str, *, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: before + (part * (size // len(part) + 1))[: size - len(before) - len(after)] + after


def distinct(separator: str, change: Callable[[str], str] = str) -> Callable[[int], str]:
    """Words that differ."""
    words = [change("".join(letters)) for letters in product("aeioubcdfg", repeat=4)]
    return lambda size: separator.join(words[: size // (4 + len(separator)) + 1])[:size]


TEXTS: dict[str, Callable[[int], str]] = {
    **{repr(part): repeated(part) for part in (*LETTERS, *SPACES, *PUNCTUATION, *MIXTURES, *FILLERS)},
    **{f"{each!r} and a": repeated(each, after=" a") for each in (*FILLERS, *SPACES)},
    **{f"a and {each!r}, a": repeated(each, before="a ", after="a") for each in ("...", "-", "!", "?")},
    **{f"{first!r} and {each!r}": repeated(each, before=first) for first in BEGINNINGS for each in (" ", " , ", "a, ")},
    **{f"distinct and {each!r}": distinct(each) for each in (" ", ". ", "? ", "\n", ", and the ")},
    "distinct capitals": distinct(", the ", str.upper),
    "distinct quotations": distinct("” and “"),
    "distinct numbers": distinct(" ", lambda word: word.translate(str.maketrans("aeioubcdfg", "0123456789"))),
}


def forget() -> None:
    """What a process remembers of texts."""
    modules = [module for name, module in sys.modules.items() if name.startswith("interviews.paige.")]
    for each in {id(each): each for module in modules for each in vars(module).values()}.values():
        # Those without a limit keep lexicons, and those with names of topics keep guides.
        kept: Any = getattr(each, "cache_parameters", dict)().get("maxsize")
        if kept and each.__name__ not in ("_topic_names", "_words_regex", "_word_pattern", "_word_patterns"):
            each.cache_clear()
    topic_labels.remembered.clear()


def seconds(reader: Reader, text: str) -> float:
    forget()
    started = time.thread_time()
    with suppress(ValidationError, ValueError):
        reader(text)
    return time.thread_time() - started


def is_superlinear(reader: Reader, text: Callable[[int], str], size: int, longer: int) -> bool:
    """Other processes slow the CPU down for a while, so that only the best of several measurements counts."""
    floor = FLOOR if size >= 1_000 else FLOOR_OF_A_SHORT_TEXT
    short = long = float("inf")
    for _ in range(ROUNDS):
        long = min(long, seconds(reader, text(longer)))
        if long <= floor:
            return False
        short = min(short, seconds(reader, text(size)))
        if long <= TOLERANCE * longer / size * short:
            return False
    return True


def superlinear(reader: Reader) -> Iterator[str]:
    reader(repeated("We chose Acme. ")(200))  # loads lexicons and weights
    for name, text in TEXTS.items():
        for size, longer in SIZES:
            if is_superlinear(reader, text, size, longer):
                yield f"{name}: {size} to {longer} characters"
                break


@pytest.mark.parametrize("name", READERS)
@pytest.mark.slow
def test_reading_takes_linear_time(name: str) -> None:
    assert list(superlinear(READERS[name])) == []
