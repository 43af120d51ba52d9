import pytest

from interviews import services
from interviews.models import InterviewRequest


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has consented, and her first question is unanswered."""
    services.give_consent(interview_request)
    services.next_question(interview_request)
    return interview_request
