"""The turns of a completed interview, from its rows or else from the transcript."""

from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from interviews.lifecycle import Speaker, Wording
from interviews.models import InterviewRequest, Transcript
from interviews.paige.answers.transcript_markdown import CONTACT, PAIGE, blocks
from staff.interviews.displayed_findings import marked_turns

SKIPPED = "(skipped)"
WORDED_BY_A_MODEL = "worded by a model"


@dataclass(frozen=True)
class SpokenTurn:
    """`engine` is empty if unknown. `is_worded`: by a model. `html`: the text, with an element around each quote."""

    speaker: str
    text: str
    engine: str = ""
    html: SafeString | str = ""
    is_worded: bool = False

    @property
    def label(self) -> str:
        return f"{self.speaker} ({WORDED_BY_A_MODEL})" if self.is_worded else self.speaker


def turns_of(request: InterviewRequest) -> list[SpokenTurn]:
    """The answer to a skipped question has an empty text."""
    marked = marked_turns(request.transcript)
    turns = _stored_turns(request) or _turns_of_transcript(request, request.transcript)
    return [replace(turn, html=marked.get(number, turn.text or SKIPPED)) for number, turn in enumerate(turns, start=1)]


def _stored_turns(request: InterviewRequest) -> list[SpokenTurn]:
    names = speakers(request.contact.name)
    return [
        SpokenTurn(names[Speaker(turn.speaker)], turn.text, turn.engine, is_worded=turn.worded_by == Wording.MODEL)
        for turn in request.turns.all()
    ]


def _turns_of_transcript(request: InterviewRequest, transcript: Transcript) -> list[SpokenTurn]:
    names = speakers(request.contact.name)
    try:
        return [
            SpokenTurn(names[block.speaker], block.text, is_worded=block.is_worded)
            for block in blocks(transcript.content)
        ]
    except ValueError:  # not in the format of render_transcript()
        return [SpokenTurn("", transcript.content)]


def speakers(contact_name: str) -> dict[Speaker, str]:
    return {Speaker.PAIGE: PAIGE, Speaker.CONTACT: contact_name or CONTACT}
