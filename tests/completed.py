"""Completed interviews with findings. What their answers mean does not depend on the weights of the reader."""

import re
from collections.abc import Iterable

from interviews.lifecycle import Direction, Move, Speaker
from interviews.models import InterviewRequest
from interviews.paige.dialogue import Utterance, render_transcript
from interviews.paige.findings import findings_of
from interviews.paige.reading.readings import Act, AnswerReading, Clause, StatementKind
from interviews.paige.turn.brief import opening_brief
from interviews.services.transitions import complete_interview
from tests.interviews.paige.readings import told

QUESTION = "What made you look?"

CLAUSE = re.compile(r"\S.*?(?:[.!?](?=\s)|,(?= but)|\Z)", re.DOTALL)
AGAINST = re.compile(r"too.{,3}high|too .?expensive|bad.? joke|clunky|slow", re.IGNORECASE)
FOR = re.compile(r"was fair|fast|great|excellent|cheap|quickly", re.IGNORECASE)


def complete(interview_request: InterviewRequest, answers: Iterable[tuple[str, str]]) -> InterviewRequest:
    """`answers`: the topic and the text of each. Paige has asked QUESTION before each of them."""
    said = (Utterance(Speaker.CONTACT, text, topic, Move.ANSWER, reading=reading(text)) for topic, text in answers)
    brief = told(opening_brief(interview_request), *said, question=QUESTION)
    content = render_transcript(brief.conversation, brief.contact_name)
    complete_interview(interview_request, content=content, **findings_of(brief, content))
    return InterviewRequest.objects.get(pk=interview_request.pk)


def reading(text: str) -> AnswerReading:
    return AnswerReading(tuple(_clause(found[0].rstrip(), found.start()) for found in CLAUSE.finditer(text)))


def _clause(text: str, start: int) -> Clause:
    if text.endswith("?"):
        return Clause(text, start, Act.ASKS_SOMETHING)
    speaks = Direction.AGAINST if AGAINST.search(text) else Direction.FOR if FOR.search(text) else None
    topics = ("pricing",) if "price" in text else ()
    kind, is_decisive, is_sure = StatementKind.JUDGEMENT, "decided" in text, speaks is not None
    return Clause(text, start, None, kind, topics, speaks, is_decisive=is_decisive, is_sure=is_sure, weight=0.5)
