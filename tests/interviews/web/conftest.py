"""Alice's survey page at several stages, without JavaScript."""

import pytest

from interviews import services
from interviews.models import InterviewRequest
from tests.interviews.web.client import SurveyPage


@pytest.fixture
def page(interview_request: InterviewRequest) -> SurveyPage:
    return SurveyPage(str(interview_request.survey_token))


@pytest.fixture
def asked(page: SurveyPage, interview_request: InterviewRequest) -> SurveyPage:
    """Alice has consented, and her first question is unanswered."""
    services.give_consent(interview_request)
    services.next_question(interview_request)
    return page


@pytest.fixture
def at_recap(asked: SurveyPage, interview_request: InterviewRequest) -> SurveyPage:
    """Alice has answered one question, skipped one, and pressed Finish at the third."""
    services.submit_answer(interview_request, number=1, text="It was slow.")
    services.next_question(interview_request)
    services.skip_question(interview_request, number=3)
    services.next_question(interview_request)
    services.finish_conversation(interview_request)
    return asked


@pytest.fixture
def completed(at_recap: SurveyPage) -> SurveyPage:
    at_recap.post("send", **{"answer-1": "It was slow.", "answer-3": ""})
    return at_recap
