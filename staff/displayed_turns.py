"""The turns of a conversation, from its rows or else from the transcript."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interviews.lifecycle import Speaker
from interviews.models import InterviewRequest, Transcript
from interviews.paige.transcript_markdown import CONTACT, PAIGE, parse_transcript
from staff.displayed_findings import Piece, pieces_by_turn

NO_CONVERSATION = "—"
SKIPPED = "(skipped)"


@dataclass(frozen=True)
class SpokenTurn:
    """`engine` is empty if unknown. `pieces`: the text, cut where quotes begin."""

    speaker: str
    text: str
    engine: str = ""
    pieces: Sequence[Piece] = ()


def turns_of(request: InterviewRequest) -> list[SpokenTurn]:
    """The answer to a skipped question has an empty text."""
    transcript = getattr(request, "transcript", None)
    pieces = pieces_by_turn(transcript) if transcript else {}
    turns = _stored_turns(request) or _turns_of_transcript(request, transcript)
    return [replace(turn, pieces=pieces.get(n, [Piece(turn.text or SKIPPED)])) for n, turn in enumerate(turns, start=1)]


def _stored_turns(request: InterviewRequest) -> list[SpokenTurn]:
    names = _names(request)
    return [SpokenTurn(names[Speaker(turn.speaker)], turn.text, turn.engine) for turn in request.turns.all()]


def _turns_of_transcript(request: InterviewRequest, transcript: Transcript | None) -> list[SpokenTurn]:
    if transcript is None:
        return []
    names = _names(request)
    try:
        return [SpokenTurn(names[speaker], text) for speaker, text in parse_transcript(transcript.content)]
    except ValueError:  # not in the format of render_transcript()
        return [SpokenTurn("", transcript.content)]


def _names(request: InterviewRequest) -> dict[Speaker, str]:
    return {Speaker.PAIGE: PAIGE, Speaker.CONTACT: request.contact.name or CONTACT}


def conversation_in_words(request: InterviewRequest) -> str:
    conversation = getattr(request, "conversation", None)
    if conversation is None:
        return NO_CONVERSATION
    return "abandoned" if conversation.is_abandoned else str(conversation.get_stage_display())
