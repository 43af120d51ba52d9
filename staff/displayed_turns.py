"""The turns of a conversation, from its rows or else from the transcript."""

from dataclasses import dataclass

from interviews.lifecycle import Speaker
from interviews.models import InterviewRequest
from interviews.paige.transcript_markdown import CONTACT, PAIGE, parse_transcript

NO_CONVERSATION = "—"


@dataclass(frozen=True)
class SpokenTurn:
    """`engine` is empty if unknown."""

    speaker: str
    text: str
    engine: str = ""


def turns_of(request: InterviewRequest) -> list[SpokenTurn]:
    """The answer to a skipped question has an empty text."""
    names = {Speaker.PAIGE: PAIGE, Speaker.CONTACT: request.contact.name or CONTACT}
    if turns := [SpokenTurn(names[Speaker(turn.speaker)], turn.text, turn.engine) for turn in request.turns.all()]:
        return turns
    transcript = getattr(request, "transcript", None)
    if transcript is None:
        return []
    try:
        return [SpokenTurn(names[speaker], text) for speaker, text in parse_transcript(transcript.content)]
    except ValueError:  # not in the format of render_transcript()
        return [SpokenTurn("", transcript.content)]


def conversation_in_words(request: InterviewRequest) -> str:
    conversation = getattr(request, "conversation", None)
    if conversation is None:
        return NO_CONVERSATION
    return "abandoned" if conversation.is_abandoned else str(conversation.get_stage_display())
