"""What has been said in an interview, and where in the guide its next message stands. Plain records."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interviews.lifecycle import Speaker

# The whole of an answer that says no more than that there is none. A sentence that goes on has something to tell.
NO_ANSWER = re.compile(
    r"(?:(?:sorry|honestly|hmm|well|no|nope),? )?"
    r"(?:(?:i(?:'m| am) )?not sure|(?:i )?(?:really )?(?:don't|do not|dont) (?:know|remember|recall)|dunno|idk"
    r"|(?:i have )?no idea|(?:i )?(?:can't|cannot) say|no comment|n/?a|nothing|none|no|nope|pass|skip|next"
    r"|i(?:'d| would) rather not (?:say|answer)|i(?:'d| would) prefer not to (?:say|answer))"
    r"(?:,? sorry|,? really| to be honest)?",
)


@dataclass(frozen=True)
class Utterance:
    """One message of the conversation. A contact's turn without text is a question they skipped."""

    speaker: Speaker
    text: str
    topic: str

    @property
    def is_declined(self) -> bool:
        """Whether the contact skipped the question, or said no more than that they have no answer."""
        words = " ".join(self.text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()).strip(" .!…")
        return not words or NO_ANSWER.fullmatch(words) is not None


@dataclass(frozen=True)
class Position:
    """Where in the guide the next message stands.

    `topic` is the key of the topic it is about, None before the interview starts; `probes_used` counts the
    follow-ups already put on that topic; `turn` numbers Paige's messages from 1.
    """

    topic: str | None = None
    probes_used: int = 0
    turn: int = 1


def said_by(speaker: Speaker, conversation: Iterable[Utterance]) -> list[Utterance]:
    """What one of the two has said."""
    return [turn for turn in conversation if turn.speaker is speaker]


def answered(conversation: Sequence[Utterance]) -> Sequence[Utterance]:
    """The conversation up to its last answer: without a question that was left standing."""
    return conversation[:-1] if conversation and conversation[-1].speaker is Speaker.PAIGE else conversation
