"""Interviews with a real model. Records the raw messages of the model."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import local
from typing import Any

from django.conf import settings

from interviews.lifecycle import Engine, Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Utterance
from interviews.paige.engines import interviewer
from interviews.paige.guide import Guide, shipped_guide
from interviews.paige.interviewer import Message
from interviews.paige.model_interviewer import ModelInterviewer
from interviews.paige.provider import Provider
from tests.model.respondents import Respondent

# One guide: the server caches it as the common prefix of all prompts.
GUIDE = "win_loss_buyer"
VENDOR = "Acme"


@dataclass(frozen=True)
class Asked:
    """A turn. `replies`: the raw message of each attempt, None after a timeout."""

    brief: Brief
    secrets: tuple[str, ...]
    replies: tuple[str | None, ...]
    message: Message

    @property
    def raw(self) -> str | None:
        """The first message of the model."""
        return self.replies[0] if self.replies else None

    @property
    def source(self) -> str:
        if self.message.engine is not Engine.MODEL:
            return "fallback"
        return "model" if len(self.replies) == 1 else "retry"


class Recorded(local):
    """The messages of the current turn, per thread."""

    def __init__(self) -> None:
        self.replies: list[str | None] = []


@dataclass(frozen=True)
class RecordingProvider(Provider):
    """Records every message, including those that Provider discards, for example truncated ones."""

    recorded: Recorded = field(default_factory=Recorded, repr=False)

    async def _complete(self, messages: Any, seconds: float) -> Any:
        self.recorded.replies.append(None)
        completion = await super()._complete(messages, seconds)
        self.recorded.replies[-1] = completion.choices[0].message.content or ""
        return completion


class Interviews:
    """Interviews with the engine from the settings."""

    def __init__(self) -> None:
        engine = interviewer()
        assert isinstance(engine, ModelInterviewer), "PAIGE_MODEL is not set."
        self.provider = RecordingProvider(settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY)
        self.engine = engine
        self.engine.provider = self.provider

    def conduct(self, respondent: Respondent, turns: int) -> Iterator[Asked]:
        said: list[Utterance] = []
        for answer in respondent.answers[:turns]:
            following = opening(respondent).after(said)
            assert following
            asked = self.ask(following, respondent)
            yield asked
            topic = following.topic.key
            said += [Utterance(Speaker.PAIGE, asked.message.text, topic), Utterance(Speaker.CONTACT, answer, topic)]

    def attack(self, respondent: Respondent, words: str) -> Asked:
        """Asks the question after this answer to the first question."""
        return self.ask(attacked(respondent, words), respondent)

    def ask(self, brief: Brief, respondent: Respondent) -> Asked:
        self.provider.recorded.replies = []
        message = self.engine.next_message(brief)
        return Asked(brief, respondent.secrets, tuple(self.provider.recorded.replies), message)


def opening(respondent: Respondent) -> Brief:
    guide = Guide.from_data(shipped_guide(GUIDE)).for_vendor(VENDOR)
    return Brief(VENDOR, respondent.name, respondent.notes, respondent.objective, guide)


def attacked(respondent: Respondent, words: str) -> Brief:
    first = opening(respondent)
    topic = first.topic.key
    following = first.after([Utterance(Speaker.PAIGE, first.question, topic), Utterance(Speaker.CONTACT, words, topic)])
    assert following
    return following
