from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.reading import Reading, read

AGAIN = frozenset({Move.REPEAT, Move.REPHRASE})


@dataclass(frozen=True)
class Utterance:
    """A contact's utterance without text is a skipped question. `follow_up`: its index among those of the topic.

    `authored`: if a model has worded the text, what Paige would have said without it.
    """

    speaker: Speaker
    text: str = field(repr=False)
    topic: str
    move: Move = Move.QUESTION
    follow_up: int | None = None
    authored: str = field(default="", repr=False)

    @property
    def authored_text(self) -> str:
        return self.authored or self.text

    @property
    def reading(self) -> Reading:
        return read(self.text)


def said_by(speaker: Speaker, conversation: Iterable[Utterance]) -> list[Utterance]:
    return [turn for turn in conversation if turn.speaker is speaker]


def wants_to_stop(conversation: Sequence[Utterance]) -> bool:
    """The last utterance is the contact's."""
    return bool(conversation) and Intent.WANTS_TO_STOP in conversation[-1].reading.intents


def answered(conversation: Sequence[Utterance]) -> Sequence[Utterance]:
    return conversation[:-1] if conversation and conversation[-1].speaker is Speaker.PAIGE else conversation
