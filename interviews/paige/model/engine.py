from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hindsight.metrics.instruments import FALLBACKS, WORDINGS
from interviews.lifecycle import Engine
from interviews.paige.model.asking import CompletionProvider, RefusedError, ask
from interviews.paige.model.prompt import messages_for
from interviews.paige.model.reply import read_reply, read_wording
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.moves import NextMove
from interviews.paige.turn.rules_engine import RulesEngine
from interviews.paige.wording.check import refusal_of
from interviews.paige.wording.request import SCHEMA, PublicBrief, Worded, wording_messages


@dataclass
class ModelEngine:
    """A model chooses, unless there is a single move. Falls back to the rules. `timeout`: seconds for all attempts."""

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
    """A model words a message that is chosen already. Its reply is shown only if the check allows it; the second
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
    """Servers that support it cannot reply with anything else, and small models cannot ramble."""
    return {
        "type": "object",
        "properties": {"move": {"type": "integer", "enum": [*range(1, moves + 1)]}},
        "required": ["move"],
        "additionalProperties": False,
    }
