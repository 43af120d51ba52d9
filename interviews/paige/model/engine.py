from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

from interviews.lifecycle import Engine
from interviews.paige.model.asking import Asked, CompletionProvider, ask
from interviews.paige.model.log import ModelLog
from interviews.paige.model.prompt import messages_for
from interviews.paige.model.reply import read_reply
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.moves import NextMove
from interviews.paige.turn.rules_engine import RulesEngine


class ModelEngine:
    """Asks the model at most twice, and not at all about a single move. Falls back to the rules.

    `timeout`: seconds for all attempts.
    """

    def __init__(self, provider: CompletionProvider, *, timeout: float) -> None:
        self.provider = provider
        self.timeout = timeout
        self.log = ModelLog()

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        if len(moves) == 1:
            return RulesEngine().choose(brief, moves)
        with self.log.waiting_turn():
            started = monotonic()
            asked = self._ask(brief, moves, deadline=started + self.timeout)
            latency_ms = round((monotonic() - started) * 1000)
            if asked.chosen:
                chosen = Choice(moves[asked.chosen - 1], Engine.MODEL)
            else:
                chosen = replace(RulesEngine().choose(brief, moves), engine=Engine.FALLBACK)
            self.log.write(chosen.engine, asked.outcomes, latency_ms)
        return replace(
            chosen,
            latency_ms=latency_ms,
            prompt_tokens=asked.prompt_tokens,
            completion_tokens=asked.completion_tokens,
        )

    def _ask(self, brief: Brief, moves: Sequence[NextMove], deadline: float) -> Asked[int]:
        return ask(
            self.provider,
            partial(messages_for, brief, moves),
            schema_for(len(moves)),
            partial(read_reply, moves=len(moves)),
            deadline=deadline,
            unread="no move in the reply",
        )


def schema_for(moves: int) -> Mapping[str, Any]:
    """Servers that support it cannot reply with anything else, and small models cannot ramble."""
    return {
        "type": "object",
        "properties": {"move": {"type": "integer", "enum": [*range(1, moves + 1)]}},
        "required": ["move"],
        "additionalProperties": False,
    }
