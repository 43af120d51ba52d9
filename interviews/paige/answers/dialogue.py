import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from interviews.lifecycle import Move, Speaker
from interviews.paige.reading.readings import Act, AnswerReading

AGAIN = frozenset({Move.REPEAT, Move.REPHRASE})

# The header of an e-mail, or a quoted line: others wrote what follows.
_PASTED = re.compile(
    r"^[^\S\n]*(?:from|to|cc|sent|subject|von|an|gesendet|betreff):[^\S\n]|^[^\S\n]*>|^-{2,}\s?original message",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Utterance:
    """A contact's utterance without text is a skipped question. `follow_up`: its index among those of the topic.

    `authored`: the text without the words of a model, if it has any. `reading`: of an answer, None if not read yet.
    """

    speaker: Speaker
    text: str = field(repr=False)
    topic: str
    move: Move = Move.QUESTION
    follow_up: int | None = None
    authored: str = field(default="", repr=False)
    reading: AnswerReading | None = field(default=None, repr=False, compare=False)

    @property
    def authored_text(self) -> str:
        return self.authored or self.text

    @property
    def as_read(self) -> AnswerReading:
        """Raises ValueError unless the answer was read. The answers in `Brief.heard` are read."""
        if self.reading is None:
            raise ValueError("The answer was not read.")
        return self.reading

    @property
    def is_pasted(self) -> bool:
        """Whether it contains an e-mail."""
        return _PASTED.search(self.text) is not None


def said_by(speaker: Speaker, conversation: Iterable[Utterance]) -> list[Utterance]:
    return [turn for turn in conversation if turn.speaker is speaker]


def wants_to_stop(heard: Sequence[Utterance]) -> bool:
    """The last utterance is the contact's, and was read."""
    return bool(heard) and Act.WANTS_TO_STOP in heard[-1].as_read.acts


def answered(conversation: Sequence[Utterance]) -> Sequence[Utterance]:
    """Without a question at the end that waits for its answer."""
    return conversation[:-1] if conversation and conversation[-1].speaker is Speaker.PAIGE else conversation
