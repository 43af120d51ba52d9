import pytest

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent, next_question


@pytest.fixture
def path(interview_request: InterviewRequest) -> str:
    """Of Alice's interview request in the API."""
    return f"/interviews/{interview_request.pk}"


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has consented, and her first question is unanswered."""
    give_consent(interview_request)
    next_question(interview_request)
    return interview_request
