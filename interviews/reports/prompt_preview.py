from dataclasses import dataclass, field

from interviews.lifecycle import Flag
from interviews.models import InterviewRequest
from interviews.paige.chat import ChatMessage
from interviews.paige.engines import RulesEngine
from interviews.paige.model.prompt import messages_for
from interviews.paige.turn.brief import opening_brief
from interviews.paige.turn.compose import compose
from interviews.paige.turn.moves import moves


class NoPromptError(Exception):
    """The message is the reason."""


@dataclass(frozen=True)
class Preview:
    """`messages`: the request to choose. `question`: the one that Paige's rules choose."""

    messages: list[ChatMessage] = field(repr=False)
    question: str = field(repr=False)


def preview_of(interview_request: InterviewRequest) -> Preview:
    """Of the first question, because staff may not see unsent answers. Raises NoPromptError and GuideError."""
    if interview_request.is_completed:
        # Without turns, as after an erasure, the brief would be that of a new interview.
        deleted = "" if hasattr(interview_request, "transcript") else " Its transcript was deleted."
        raise NoPromptError(f"The interview is completed, so there is no next prompt.{deleted}")
    if Flag.DECLINED in interview_request.raised_flags:
        raise NoPromptError("The contact has declined, so there is no next prompt.")
    brief = opening_brief(interview_request).as_stored
    offered = moves(brief)
    return Preview(messages_for(brief, offered), compose(brief, RulesEngine().choose(brief, offered)))
