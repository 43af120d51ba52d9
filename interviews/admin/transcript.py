"""A transcript for people to read: its Markdown as turns."""

from dataclasses import dataclass

from interviews.lifecycle import Speaker
from interviews.paige.transcript import CONTACT, PAIGE, parse_transcript


@dataclass(frozen=True)
class SpokenTurn:
    speaker: str
    text: str


def turns_of(content: str, contact_name: str) -> list[SpokenTurn]:
    """What each said, in order; a question that was skipped has an empty text after it.

    A transcript that is none of ours is shown as it is.
    """
    names = {Speaker.PAIGE: PAIGE, Speaker.CONTACT: contact_name or CONTACT}
    try:
        return [SpokenTurn(names[speaker], text) for speaker, text in parse_transcript(content)]
    except ValueError:
        return [SpokenTurn("", content)]
