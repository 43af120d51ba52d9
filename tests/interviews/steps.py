from collections.abc import Callable
from typing import Any

from interviews.models import InterviewRequest
from interviews.services.state import InterviewState, interview_state


def after(step: Callable[..., object], interview_request: InterviewRequest, **values: Any) -> InterviewState:
    """Takes the step and returns the state read afterwards."""
    step(interview_request, **values)
    return interview_state(interview_request)
