"""Alice's interview at its stages."""

import pytest

from interviews import services
from interviews.models import InterviewRequest


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has agreed, and her first question waits."""
    services.give_consent(interview_request)
    services.next_question(interview_request)
    return interview_request
