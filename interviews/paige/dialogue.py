import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interviews.lifecycle import Speaker

# Must match the whole answer: a real answer may begin with the same words.
NO_ANSWER = re.compile(
    r"(?:(?:sorry|honestly|hmm|well|no|nope),? )?"
    r"(?:(?:i(?:'m| am) )?not sure|(?:i )?(?:really )?(?:don't|do not|dont) (?:know|remember|recall)|dunno|idk"
    r"|(?:i have )?no idea|(?:i )?(?:can't|cannot) say|no comment|n/?a|nothing|none|no|nope|pass|skip|next"
    r"|i(?:'d| would) rather not (?:say|answer)|i(?:'d| would) prefer not to (?:say|answer))"
    r"(?:,? sorry|,? really| to be honest)?",
)


@dataclass(frozen=True)
class Utterance:
    """A contact's utterance without text is a skipped question."""

    speaker: Speaker
    text: str
    topic: str

    @property
    def is_declined(self) -> bool:
        words = " ".join(self.text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()).strip(" .!…")
        return not words or NO_ANSWER.fullmatch(words) is not None


@dataclass(frozen=True)
class Position:
    """`topic` is None before the first message. `turn` starts at 1."""

    topic: str | None = None
    probes_used: int = 0
    turn: int = 1


def said_by(speaker: Speaker, conversation: Iterable[Utterance]) -> list[Utterance]:
    return [turn for turn in conversation if turn.speaker is speaker]


def answered(conversation: Sequence[Utterance]) -> Sequence[Utterance]:
    """Omits a last question without an answer."""
    return conversation[:-1] if conversation and conversation[-1].speaker is Speaker.PAIGE else conversation
