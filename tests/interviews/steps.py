"""The steps of a contact."""

from collections.abc import Callable
from typing import Any

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.state import InterviewState, interview_state


def after(step: Callable[..., object], interview_request: InterviewRequest, **values: Any) -> InterviewState:
    """Takes the step and returns the state read afterwards."""
    step(interview_request, **values)
    return interview_state(interview_request)


def converse(interview_request: InterviewRequest, *answers: str) -> InterviewRequest:
    """Consents, and answers the first questions. The question after the last answer is not put yet."""
    give_consent(interview_request)
    for text in answers:
        question = next_question(interview_request).question
        assert question
        assert submit_answer(interview_request, number=question.number, text=text)
    return interview_request


def complete(interview_request: InterviewRequest, *answers: str) -> InterviewRequest:
    converse(interview_request, *answers)
    finish_conversation(interview_request)
    complete_conversation(interview_request)
    return interview_request
