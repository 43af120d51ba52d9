import pytest

from interviews.models import InterviewRequest


@pytest.fixture
def path(interview_request: InterviewRequest) -> str:
    """Of Alice's interview request in the API."""
    return f"/interviews/{interview_request.pk}"
