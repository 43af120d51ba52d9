from collections.abc import Callable
from typing import Any

from interviews import services
from interviews.models import InterviewRequest


def after(step: Callable[..., object], interview_request: InterviewRequest, **values: Any) -> services.InterviewState:
    """Takes the step and returns the state read afterwards."""
    step(interview_request, **values)
    return services.interview_state(interview_request)
