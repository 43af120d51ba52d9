"""Every write to interviews, whoever asks for it: API, admin, command or page."""

from interviews.services.create import create_interview_request, create_interview_type, onboard_org
from interviews.services.lifecycle import complete_interview, mark_sent
from interviews.services.update import update_interview_request

__all__ = [
    "complete_interview",
    "create_interview_request",
    "create_interview_type",
    "mark_sent",
    "onboard_org",
    "update_interview_request",
]
