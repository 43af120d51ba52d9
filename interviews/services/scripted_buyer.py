"""Answers the interview requests of test keys, through the services that the survey page calls (decision 56).

A `+word` in the contact's email address chooses what the buyer does: see BUYERS.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from hindsight.queue.kinds import Kind
from hindsight.queue.shares import Shares
from hindsight.text.languages import ENGLISH
from interviews.lifecycle import ABANDONED_AFTER, DeclineReason, Speaker
from interviews.models import Conversation, InterviewRequest, ScriptedInterview
from interviews.services.conversation_steps import (
    complete_conversation,
    give_consent,
    next_question,
    skip_question,
    submit_answer,
)
from interviews.services.conversations import abandon_interview
from interviews.services.state import language_of
from interviews.services.wishes import decline_interview

# So that a PATCH directly after the POST counts.
DELAY = timedelta(seconds=2)
THINKING_SECONDS = 0.1

# Answers by topic, in the order in which Paige asks about it.
Answers = Mapping[str, list[str]]


def queue_scripted_interview(interview_request: InterviewRequest) -> None:
    """Call it in the transaction that creates the interview request."""
    ScriptedInterview.objects.create(
        org_id=interview_request.org_id, interview_request=interview_request, due_at=timezone.now() + DELAY
    )


class ScriptedInterviews(Kind[ScriptedInterview]):
    name = "scripted interviews"
    threads = 1
    shares = Shares(org=1)
    lease_time = timedelta(minutes=1)

    def rows(self) -> QuerySet[ScriptedInterview]:
        return ScriptedInterview.objects.all()

    def run(self, row: ScriptedInterview) -> None:
        related = InterviewRequest.objects.select_related("contact", "interview_type", "conversation", "org")
        interview_request = related.get(pk=row.interview_request_id)
        try:
            is_erased = interview_request.survey_token is None
            if not is_erased and not interview_request.is_cancelled:
                word = interview_request.contact.email.partition("@")[0].rpartition("+")[2]
                BUYERS.get(word, complete)(interview_request)
        finally:
            row.delete()


def complete(interview_request: InterviewRequest) -> None:
    give_consent(interview_request)
    answers = answers_in(language_of(interview_request))
    while answer_next(interview_request, answers):
        pass
    complete_conversation(interview_request)


def start(interview_request: InterviewRequest) -> None:
    give_consent(interview_request)
    answer_next(interview_request, answers_in(language_of(interview_request)))


def abandon(interview_request: InterviewRequest) -> None:
    """As if the first answer was given seven days ago."""
    start(interview_request)
    long_ago = timezone.now() - ABANDONED_AFTER - timedelta(seconds=1)
    Conversation.objects.filter(pk=interview_request.pk).update(last_activity_at=long_ago)
    abandon_interview(interview_request)


def decline(interview_request: InterviewRequest) -> None:
    decline_interview(interview_request, reason=DeclineReason.NO_TIME)


def ignore(interview_request: InterviewRequest) -> None:
    """The survey link stays open, for a person or for nobody."""


BUYERS: Mapping[str, Callable[[InterviewRequest], None]] = {
    "starts": start,
    "abandons": abandon,
    "declines": decline,
    "ignores": ignore,
}


@cache
def answers_in(language: str) -> Answers:
    scripts: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    answers: Answers = scripts.get(language, scripts[ENGLISH])
    return answers


def answer_next(interview_request: InterviewRequest, answers: Answers) -> bool:
    """Returns False if Paige asks nothing more. A topic without a further answer is skipped."""
    while (state := next_question(interview_request, by_rules=True)).is_thinking:
        sleep(THINKING_SECONDS)  # somebody has opened the survey link at this moment
    question = state.question
    if question is None:
        return False
    text = _answer_to(interview_request, question.number, answers)
    if text:
        return submit_answer(interview_request, number=question.number, text=text)
    return skip_question(interview_request, number=question.number)


def _answer_to(interview_request: InterviewRequest, number: int, answers: Answers) -> str:
    questions = interview_request.turns.filter(speaker=Speaker.PAIGE)
    topic = questions.get(number=number).topic
    before = questions.filter(topic=topic, number__lt=number).count()
    return next(iter(answers.get(topic, answers.get("other", []))[before:]), "")
