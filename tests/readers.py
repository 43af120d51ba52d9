"""READERS is the one table of the functions that read what customers and contacts write, by their public entry points.

A new reader belongs in it: tests/test_linear_readers.py feeds them. The differences that staff see are not in it:
staff/history/diff.py has a time limit, which tests/staff/test_diff.py holds.
"""

import io
import re
from collections.abc import Callable
from contextlib import suppress

from django.core.exceptions import ValidationError

from contacts.text import clean_email, clean_external_id, clean_name, clean_notes, clean_typed_notes
from deals.files import READ_CELL
from deals.text import company_key, label_key
from hindsight.db.full_text import Marks, Span, quoted_terms
from hindsight.db.search import search_text_of
from hindsight.http.logs import without_secrets
from hindsight.text.import_files import CsvRows, Lines, json_objects
from hindsight.text.record_files import escape_formulas, unescape_formulas
from hindsight.text.strict_json import parse
from hindsight.text.visible import position_in, stored, visible
from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import Utterance, blocks, render_transcript, wanted_language
from interviews.paige.engines import RulesEngine
from interviews.paige.findings import findings_of, read_reason
from interviews.paige.guide.question_style import style_warnings
from interviews.paige.language import (
    SpelledText,
    clauses_and_introductions,
    language_of,
    lower_case,
    questions,
    reply_and_question,
    unaccented,
)
from interviews.paige.model.asking import read_reply, read_wording
from interviews.paige.model.prompt import messages_for, segments
from interviews.paige.model.readings import read_labels, read_objective_reply
from interviews.paige.objective import is_plain, mentions_subject, subjects_in
from interviews.paige.reading.answer import heard
from interviews.paige.reading.objective import read_notes, read_objective
from interviews.paige.reading.readings import Act, AnswerReading, Clause, StatementKind
from interviews.paige.turn.brief import Brief, reading_of
from interviews.paige.turn.compose import next_message
from interviews.paige.turn.moves import moves
from interviews.paige.turn.statements import fits, is_quotable, quote_from, quote_of, statements
from interviews.paige.wording.check import refusal_of
from interviews.paige.wording.request import PublicBrief, Task, wording_messages
from interviews.services.hidden_names import HiddenNames
from interviews.services.transcript_search import excerpt_around, joined, parts_of
from sequences.received import news_in
from staff.visible_text import visible_html
from tests.interviews.paige.interviews import parsed_guide

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


def brief(*answers: str, objective: str = "", notes: str = "") -> Brief:
    return Brief("Acme", "Jane", notes, objective, GUIDE, conversation=conversation(*answers))


def turn(*answers: str) -> object:
    return next_message(brief(*answers), RulesEngine())


def clause_with(text: str, act: Act | None) -> Utterance:
    """An answer of one clause."""
    reading = AnswerReading((Clause(text, 0, act, StatementKind.FACT),))
    return Utterance(Speaker.CONTACT, text, "price", Move.ANSWER, reading=reading)


def five_answers(text: str) -> object:
    size = len(text) // 5
    return turn(*(text[i * size : (i + 1) * size] for i in range(5)))


def findings(text: str) -> object:
    content = render_transcript(conversation(text), "Jane")
    return findings_of(brief(text, objective="Ask about SSO and the price."), content)


def transcript(text: str) -> object:
    first, second = blocks(render_transcript(conversation(text), text))
    return first.text, second.text, second.content_offset(len(text))


def public(answer: str, statement: str = "we liked SSO") -> PublicBrief:
    topics = tuple((topic.title, topic.question) for topic in GUIDE.topics)
    said = conversation(answer)
    return PublicBrief("Acme", "en", "", topics, said, Task.FOLLOW_UP, "Price", "What led to that?", statement)


def prompt(text: str) -> object:
    about = brief(text, notes=text)
    return [segments(message) for message in messages_for(about, moves(about))]


def quotes(text: str) -> object:
    template = "What of {vendor} and “{quote}”?"
    found = quote_of(text, template), quote_of(f"What of Acme and “{text}”?", template)
    return found, is_quotable(text), fits(text, "a {quote}.")


def labels(text: str) -> object:
    reply = f'{{"clauses": [{text}], "topics": [{text}]}}'
    return [
        (read_labels(each, 3, GUIDE), read_objective_reply(each, text, GUIDE))
        for each in (text, "{" + text + "}", reply)
    ]


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

    return list(CsvRows(lines())), list(json_objects(lines()))


def cells(text: str) -> None:
    for read_cell in READ_CELL.values():
        with suppress(ValidationError):
            read_cell(text)


def fields(text: str) -> None:
    for clean in (
        clean_name,
        clean_email,
        clean_external_id,
        clean_notes,
        clean_typed_notes,
        lambda each: parse(each.encode()),
    ):
        for each in (text, "{" + text, f'{{"a": "{text}'):
            with suppress(ValidationError, ValueError):
                clean(each)


def received_mails(text: str) -> None:
    raw = text.encode(errors="replace")
    for before in (
        b"",
        b"In-Reply-To: ",
        b"\n",
        b"Content-Type: multipart/report; ",
        b"Content-Type: multipart/report\n\n",
    ):
        news_in(before + raw)


def places(text: str) -> object:
    spelled = SpelledText.of(text)
    return [spelled.span(word) for word in re.finditer(r"\S+ ", spelled.plain)]


def every(*readers: Reader) -> Reader:
    return lambda text: [reader(text) for reader in readers]


READERS: dict[str, Reader] = {
    "words": every(unaccented, lower_case),
    "places of words": places,
    "sentences": every(questions, reply_and_question, clauses_and_introductions),
    "objective": lambda text: read_objective(text, GUIDE, "Acme"),
    "vendor beside an objective": lambda text: read_objective("Ask Jane about SSO.", GUIDE, text),
    "labels of deals": every(company_key, label_key),
    "notes": lambda text: read_notes(text, GUIDE, "Acme"),
    "corrected subjects": lambda text: (subjects_in(text), is_plain(text)),
    "mentions of subjects": lambda text: mentions_subject(text, ["SSO", "security review", "Competitor X"]),
    "answer": lambda text: reading_of(text, "What led to that?", GUIDE, "Acme"),
    "question before an answer": lambda text: reading_of("Slow.", text, GUIDE, "Acme"),
    "statements": lambda text: [statements(clause_with(text, None), language) for language in ("en", "de")],
    "hidden names": HiddenNames({"jane de winter": "{person}"}, {"acme": "{vendor}"}).hide,
    "languages": lambda text: (language_of(text), wanted_language(clause_with(text, Act.WANTS_LANGUAGE).as_read)),
    "what must be heard": lambda text: list(heard(text, ())),
    "quotes": every(quotes, lambda text: quote_from(text, "en")),
    "next turn": lambda text: turn("Fine, we liked it.", text),
    "next turn after five answers": five_answers,
    "findings": findings,
    "transcript": transcript,
    "reported reason": lambda text: read_reason(text, GUIDE, {}),
    "words of a model": lambda text: refusal_of(text, public("We liked SSO.")),
    "grounds of a model": lambda text: refusal_of("What led Globexx to distinctive seats?", public(text, text)),
    "style of a question": lambda text: [[*style_warnings(text, each)] for each in ("en", "de")],
    "replies of a model": every(lambda text: read_reply(text, 3), read_wording, labels),
    "prompts": every(prompt, lambda text: wording_messages(public(text, text))),
    "visible characters": every(visible, stored, visible_html, lambda text: position_in(text)(len(text) // 2)),
    "cells": every(escape_formulas, unescape_formulas, cells),
    "files": files,
    "fields": fields,
    "search": search,
    "log lines": without_secrets,
    "received mails": received_mails,
}
