import pytest
from django.db import connection

from interviews.models import InterviewRequest
from interviews.paige.chat import Provider
from interviews.services.conversation_steps import give_consent, next_question


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has consented, and her first question is unanswered."""
    give_consent(interview_request)
    next_question(interview_request)
    return interview_request


@pytest.fixture
def calls_in_transaction(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each call of the model, whether it was made in a transaction."""
    found: list[bool] = []
    complete = Provider.complete

    def recording(*arguments: object) -> object:
        found.append(connection.in_atomic_block)
        return complete(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Provider, "complete", recording)
    return found
