"""Alice's interview at its stages."""

import pytest

from interviews import services
from interviews.models import InterviewRequest


@pytest.fixture
def running(interview: InterviewRequest) -> InterviewRequest:
    """Alice has agreed, and her first question waits."""
    services.give_consent(interview)
    services.next_question(interview)
    return interview
