"""Alice at her interview's page, with nothing but a browser's requests."""

import pytest

from interviews import services
from interviews.models import InterviewRequest
from tests.interviews.web.client import SurveyPage


@pytest.fixture
def page(interview: InterviewRequest) -> SurveyPage:
    return SurveyPage(interview.survey_token)


@pytest.fixture
def asked(page: SurveyPage, interview: InterviewRequest) -> SurveyPage:
    """Alice has agreed, and her first question waits."""
    services.give_consent(interview)
    services.next_question(interview)
    return page


@pytest.fixture
def at_recap(asked: SurveyPage, interview: InterviewRequest) -> SurveyPage:
    """Alice has answered one question, skipped one, and pressed Finish at the third."""
    services.submit_answer(interview, number=1, text="It was slow.")
    services.next_question(interview)
    services.skip_question(interview, number=3)
    services.next_question(interview)
    services.finish_conversation(interview)
    return asked


@pytest.fixture
def completed(at_recap: SurveyPage) -> SurveyPage:
    at_recap.post("send", **{"answer-1": "It was slow.", "answer-3": ""})
    return at_recap
