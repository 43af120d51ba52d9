from dataclasses import dataclass, field
from typing import Protocol

from interviews.lifecycle import Engine
from interviews.paige.brief import Brief
from interviews.paige.disclosure import AI_ANSWER, asks_about_ai


@dataclass(frozen=True)
class Message:
    """Token counts are None if the provider reports none."""

    text: str = field(repr=False)
    engine: Engine
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Interviewer(Protocol):
    """An engine does not raise if its provider fails: the interview continues."""

    def next_message(self, brief: Brief) -> Message:
        """May be slow: do not call it inside a database transaction."""
        ...


class GuidedInterviewer:
    """Needs no network and never shows notes or objective."""

    def next_message(self, brief: Brief) -> Message:
        return Message(guided_text(brief), Engine.GUIDED)


def guided_text(brief: Brief) -> str:
    return f"{AI_ANSWER} {brief.question}" if asks_about_ai(brief.last_answer) else brief.question
