"""Alice at her interview's page, with nothing but a browser's requests."""

import pytest

from interviews.models import InterviewRequest
from tests.interviews.web.client import SurveyPage


@pytest.fixture
def page(interview: InterviewRequest) -> SurveyPage:
    return SurveyPage(interview.survey_token)


@pytest.fixture
def asked(page: SurveyPage) -> SurveyPage:
    """Alice has agreed, and her first question waits."""
    page.post("consent")
    return page


@pytest.fixture
def at_recap(asked: SurveyPage) -> SurveyPage:
    """Alice has answered one question, skipped one, and pressed Finish at the third."""
    asked.post("answer", number=1, text="It was slow.")
    asked.post("skip", number=3)
    asked.post("finish", number=5)
    return asked


@pytest.fixture
def completed(at_recap: SurveyPage) -> SurveyPage:
    at_recap.post("send", **{"answer-1": "It was slow.", "answer-3": ""})
    return at_recap
