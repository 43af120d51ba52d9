import pytest

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent, next_question


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has consented, and her first question is unanswered."""
    give_consent(interview_request)
    next_question(interview_request)
    return interview_request
