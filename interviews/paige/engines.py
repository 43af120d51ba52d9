"""The engines that a model chooses and words with, as they are configured. All of them fall back to the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from threading import Lock
from typing import Any

from django.conf import settings

from hindsight.http.outgoing import Slots
from hindsight.metrics.instruments import FALLBACKS, WORDINGS
from interviews.lifecycle import Engine
from interviews.paige.chat import ModelServer, choosing_server, wording_server
from interviews.paige.guide.guide import Guide, shipped_guide, shipped_guides
from interviews.paige.language import languages
from interviews.paige.model.asking import CompletionProvider, RefusedError, ask, object_schema, read_reply, read_wording
from interviews.paige.model.prompt import messages_for
from interviews.paige.model.provider import Provider
from interviews.paige.reading.objective import read_objective
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, ChoosingEngine
from interviews.paige.turn.moves import NextMove
from interviews.paige.turn.rules_engine import RulesEngine
from interviews.paige.wording.check import refusal_of
from interviews.paige.wording.request import SCHEMA, PublicBrief, Worded, wording_messages
from interviews.paige.wording.words import wording_words

# `functools.cache` does not lock: concurrent first calls would build two engines with separate semaphores.
_creation_lock = Lock()


@dataclass
class ModelEngine:
    """A model chooses, unless there is a single move. `timeout`: seconds for all attempts."""

    provider: CompletionProvider
    timeout: float

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        by_rules = partial(RulesEngine().choose, brief, moves)
        if len(moves) == 1:
            return by_rules()
        asked = ask(
            self.provider,
            lambda _: messages_for(brief, moves),
            schema_for(len(moves)),
            partial(read_reply, moves=len(moves)),
            asked_for="move",
            seconds=self.timeout,
        )
        if asked.fallback:
            FALLBACKS.labels(asked.fallback).inc()
        move, engine = (moves[asked.chosen - 1], Engine.MODEL) if asked.chosen else (by_rules().move, Engine.FALLBACK)
        return Choice(move, engine, asked.latency_ms, asked.prompt_tokens, asked.completion_tokens)


@dataclass
class ModelWriter:
    """A model words a message that is already chosen. Its reply is shown only if the check allows it; the second
    request says why it does not. `timeout`: seconds for all requests of a turn.
    """

    provider: CompletionProvider
    timeout: float

    def word(self, public: PublicBrief, *, spent_ms: int) -> Worded:
        asked = ask(
            self.provider,
            partial(wording_messages, public),
            SCHEMA,
            partial(_allowed_words, public),
            asked_for="wording",
            seconds=self.timeout - spent_ms / 1000,
        )
        WORDINGS.labels(asked.fallback or "worded").inc()
        return Worded(asked.chosen, asked.fallback, asked.latency_ms, asked.prompt_tokens, asked.completion_tokens)


def _allowed_words(public: PublicBrief, reply: str) -> str:
    text = read_wording(reply)
    if refusal := refusal_of(text, public):
        raise RefusedError(refusal)
    return text


def schema_for(moves: int) -> Mapping[str, Any]:
    return object_schema(move={"type": "integer", "enum": [*range(1, moves + 1)]})


def preload() -> None:
    """Loads weights, guides and words, so that the first answer and the first turn need not wait for them."""
    engine()
    for language in languages():
        wording_words(language)
    for name in shipped_guides():
        read_objective("", Guide.from_data(shipped_guide(name)))


def engine(*, is_test: bool = False) -> ChoosingEngine:
    """`is_test`: in a test room, where no model is asked."""
    return (None if is_test else model_engine()) or RulesEngine()


def model_engine() -> ModelEngine | None:
    return _configured()[0]


def writer(*, is_test: bool = False) -> ModelWriter | None:
    return None if is_test else _configured()[1]


def _configured() -> tuple[ModelEngine | None, ModelWriter | None]:
    with _creation_lock:
        return _engines(choosing_server(), wording_server(), settings.PAIGE_TIMEOUT, settings.PAIGE_CONCURRENCY)


@cache
def _engines(
    choosing: ModelServer | None, wording: ModelServer | None, timeout: float, concurrency: int
) -> tuple[ModelEngine | None, ModelWriter | None]:
    """Both share the slots, because a turn makes one call at a time, and if the servers are equal, the provider."""
    slots = Slots(concurrency)
    providers = {
        server: Provider(server.base_url, server.model, server.api_key, slots)
        for server in (choosing, wording)
        if server
    }
    return (
        ModelEngine(providers[choosing], timeout) if choosing else None,
        ModelWriter(providers[wording], timeout) if wording else None,
    )
