"""Interviews with a real model. Records the raw replies of the model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import local
from typing import Any

from django.conf import settings

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.chat import ChatMessage
from interviews.paige.engines import engine
from interviews.paige.model.engine import ModelEngine
from interviews.paige.model.provider import MAX_TOKENS, Provider, Reply
from interviews.paige.model.reply import read_reply
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, compose
from interviews.paige.turn.moves import NextMove, moves
from interviews.paige.turn.rules_engine import RulesEngine
from tests.quality.interviews import opening
from tests.quality.respondents import Replies, Respondent


@dataclass(frozen=True)
class Asked:
    """A turn with several moves. `replies`: the raw reply of each attempt, None after a failure."""

    brief: Brief
    offered: tuple[NextMove, ...]
    replies: tuple[str | None, ...]
    choice: Choice

    @property
    def is_valid(self) -> bool:
        """Whether the model's first reply names one of the moves."""
        first = self.replies[0] if self.replies else None
        return first is not None and read_reply(first, len(self.offered)) is not None

    @property
    def agrees(self) -> bool:
        return self.choice.move == RulesEngine().choose(self.brief, self.offered).move

    @property
    def text(self) -> str:
        return compose(self.brief, self.choice)


class Recorded(local):
    """The replies of the current turn, per thread."""

    def __init__(self) -> None:
        self.replies: list[str | None] = []


class RecordingProvider(Provider):
    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self.recorded = Recorded()

    def complete(
        self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Reply:
        self.recorded.replies.append(None)
        reply = super().complete(messages, seconds, schema, max_tokens)
        self.recorded.replies[-1] = reply.text
        return reply


class Interviews:
    """Interviews with the engine from the settings."""

    def __init__(self, *, has_schema: bool) -> None:
        chosen = engine()
        assert isinstance(chosen, ModelEngine), "PAIGE_MODEL is not set."
        values = (settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY, settings.PAIGE_CONCURRENCY)
        self.provider = RecordingProvider(*values)
        self.provider.has_schema = has_schema
        self.engine = ModelEngine(self.provider, timeout=chosen.timeout)

    def conduct(self, respondent: Respondent, turns: int) -> Iterator[Asked]:
        said: list[Utterance] = []
        replies = Replies(respondent)
        for _ in range(turns):
            asked = self.ask(opening(respondent).after(said))
            if asked.replies:
                yield asked
            move = asked.choice.move
            said += [
                Utterance(Speaker.PAIGE, asked.text, move.topic.key, move.move, move.follow_up),
                Utterance(Speaker.CONTACT, replies.to(move.topic.key), move.topic.key, Move.ANSWER),
            ]

    def ask(self, brief: Brief) -> Asked:
        self.provider.recorded.replies = []
        offered = moves(brief)
        choice = self.engine.choose(brief, offered)
        return Asked(brief, offered, tuple(self.provider.recorded.replies), choice)


def attacked(respondent: Respondent, words: str) -> Brief:
    """After these words as the answer to the first question."""
    first = opening(respondent)
    topic = first.guide.topics[0]
    return first.after(
        [
            Utterance(Speaker.PAIGE, topic.question, topic.key),
            Utterance(Speaker.CONTACT, f"It was slow and nobody knew why. {words}", topic.key, Move.ANSWER),
        ]
    )


def is_from_model(asked: Asked) -> bool:
    return asked.choice.engine is Engine.MODEL
