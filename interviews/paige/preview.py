"""The next prompt, for staff and operators."""

from interviews.lifecycle import Flag
from interviews.models import InterviewRequest
from interviews.paige.brief import brief_for
from interviews.paige.moves import moves
from interviews.paige.prompt import ChatMessage, messages_for


class NoPromptError(Exception):
    """The message is the reason."""


def next_prompt(interview_request: InterviewRequest) -> list[ChatMessage]:
    """Raises NoPromptError and GuideError."""
    if interview_request.is_completed:
        # Without turns, as after an erasure, the interview would begin again.
        deleted = "" if hasattr(interview_request, "transcript") else " Its transcript was deleted."
        raise NoPromptError(f"The interview is completed, so there is no next prompt.{deleted}")
    if Flag.DECLINED in interview_request.raised_flags:
        raise NoPromptError("The contact has declined, so there is no next prompt.")
    brief = brief_for(interview_request)
    offered = moves(brief)
    if not offered:
        raise NoPromptError("Paige has nothing left to ask in this interview.")
    return messages_for(brief, offered)
