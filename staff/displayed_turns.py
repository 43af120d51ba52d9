"""What was said, for people to read: the rows of a conversation or, where there are none, a transcript's Markdown."""

from dataclasses import dataclass

from interviews.lifecycle import Speaker
from interviews.models import InterviewRequest
from interviews.paige.transcript_markdown import CONTACT, PAIGE, parse_transcript

NO_CONVERSATION = "—"


@dataclass(frozen=True)
class SpokenTurn:
    """`engine`: what wrote a message of Paige's, where that is known."""

    speaker: str
    text: str
    engine: str = ""


def turns_of(request: InterviewRequest) -> list[SpokenTurn]:
    """What each said, in order, as far as the interview has come; a skipped question has an empty text after it."""
    names = {Speaker.PAIGE: PAIGE, Speaker.CONTACT: request.contact.name or CONTACT}
    if turns := [SpokenTurn(names[Speaker(turn.speaker)], turn.text, turn.engine) for turn in request.turns.all()]:
        return turns
    transcript = getattr(request, "transcript", None)
    if transcript is None:
        return []
    try:
        return [SpokenTurn(names[speaker], text) for speaker, text in parse_transcript(transcript.content)]
    except ValueError:  # it is none of ours: shown as it is
        return [SpokenTurn("", transcript.content)]


def conversation_in_words(request: InterviewRequest) -> str:
    """Where the conversation stands, as staff say it. The API's status is another matter."""
    conversation = getattr(request, "conversation", None)
    if conversation is None:
        return NO_CONVERSATION
    return "abandoned" if conversation.is_abandoned else str(conversation.get_stage_display())
