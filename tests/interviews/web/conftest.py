"""Alice's survey page at several stages, without JavaScript."""

import pytest

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import finish_conversation, next_question, skip_question, submit_answer
from tests.interviews.web.client import SurveyPage


@pytest.fixture
def page(interview_request: InterviewRequest) -> SurveyPage:
    return SurveyPage(str(interview_request.survey_token))


@pytest.fixture
def asked(page: SurveyPage, running: InterviewRequest) -> SurveyPage:
    """Alice has consented, and her first question is unanswered."""
    return page


@pytest.fixture
def at_recap(asked: SurveyPage, interview_request: InterviewRequest) -> SurveyPage:
    """Alice has answered one question, skipped one, and pressed Finish at the third."""
    submit_answer(interview_request, number=1, text="It was slow.")
    next_question(interview_request)
    skip_question(interview_request, number=3)
    next_question(interview_request)
    finish_conversation(interview_request)
    return asked


@pytest.fixture
def completed(at_recap: SurveyPage) -> SurveyPage:
    at_recap.post("send", **{"answer-1": "It was slow.", "answer-3": ""})
    return at_recap
