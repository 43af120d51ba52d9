from dataclasses import dataclass, field

from interviews.lifecycle import Flag, Speaker
from interviews.models import InterviewRequest
from interviews.paige.chat import ChatMessage
from interviews.paige.model.prompt import messages_for
from interviews.paige.turn.brief import brief_for
from interviews.paige.turn.compose import next_message, public_brief_of
from interviews.paige.turn.moves import moves
from interviews.paige.turn.rules_engine import RulesEngine
from interviews.paige.wording.request import wording_messages


class NoPromptError(Exception):
    """The message is the reason."""


@dataclass(frozen=True)
class Preview:
    """`is_open`: the contact has the question. Otherwise Paige's rules would ask it.

    `messages`: the request to choose. `wording`: the request to word the question, or empty.
    """

    messages: list[ChatMessage] = field(repr=False)
    wording: list[ChatMessage] = field(repr=False)
    question: str = field(repr=False)
    is_open: bool


def preview_of(interview_request: InterviewRequest) -> Preview:
    """Raises NoPromptError and GuideError."""
    if interview_request.is_completed:
        # Without turns, as after an erasure, the interview would begin again.
        deleted = "" if hasattr(interview_request, "transcript") else " Its transcript was deleted."
        raise NoPromptError(f"The interview is completed, so there is no next prompt.{deleted}")
    if Flag.DECLINED in interview_request.raised_flags:
        raise NoPromptError("The contact has declined, so there is no next prompt.")
    turns = [*interview_request.turns.all()]
    brief = brief_for(interview_request, turns)
    message = next_message(brief, RulesEngine())
    if message is None:
        raise NoPromptError("Paige has nothing left to ask in this interview.")
    is_open = bool(turns) and turns[-1].speaker == Speaker.PAIGE
    public = public_brief_of(brief, message.choice)
    wording = wording_messages(public) if public else []
    return Preview(messages_for(brief, moves(brief)), wording, turns[-1].text if is_open else message.text, is_open)
