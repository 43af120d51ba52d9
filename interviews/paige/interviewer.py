"""Who writes Paige's next message: the engines behind one small interface.

What the message is about stands in the brief; an engine only words it.
"""

from dataclasses import dataclass, field
from typing import Protocol

from interviews.lifecycle import Engine
from interviews.paige.brief import Brief
from interviews.paige.disclosure import AI_ANSWER, asks_about_ai


@dataclass(frozen=True)
class Message:
    """A message that may be shown to the contact, and what it took to write it. Tokens: where a provider tells."""

    text: str = field(repr=False)
    engine: Engine
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Interviewer(Protocol):
    """An engine. It never raises for what a provider or the contact does: an interview always goes on."""

    def next_message(self, brief: Brief) -> Message:
        """The message for the brief's position. May take long: not to be called inside a database transaction."""
        ...


class GuidedInterviewer:
    """The embedded default: the guide's own wordings, no network. Notes and objective never enter a message."""

    def next_message(self, brief: Brief) -> Message:
        return Message(guided_text(brief), Engine.GUIDED)


def guided_text(brief: Brief) -> str:
    """The guide's wording that is due, after a plain word on what Paige is where the contact asked."""
    return f"{AI_ANSWER} {brief.question}" if asks_about_ai(brief.last_answer) else brief.question
