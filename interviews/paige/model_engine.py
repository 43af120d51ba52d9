from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Protocol

from interviews.lifecycle import Engine
from interviews.paige.brief import Brief
from interviews.paige.choice import Choice
from interviews.paige.model_log import ModelLog
from interviews.paige.moves import NextMove
from interviews.paige.prompt import ChatMessage, messages_for
from interviews.paige.provider import ProviderError, Reply
from interviews.paige.reply import Answer, read_reply
from interviews.paige.rules_engine import RulesEngine

ATTEMPTS = 2
OFFERED_QUOTES = 3
"""Of each move, in the schema. Without a schema, a model may quote other words too."""


class CompletionProvider(Protocol):
    def complete(self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any]) -> Reply: ...


@dataclass
class Asked:
    """`outcomes`: of each attempt. Tokens are summed over all attempts."""

    answer: Answer | None = None
    outcomes: list[str] = field(default_factory=list)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def add_tokens(self, reply: Reply) -> None:
        self.prompt_tokens = _sum(self.prompt_tokens, reply.prompt_tokens)
        self.completion_tokens = _sum(self.completion_tokens, reply.completion_tokens)


class ModelEngine:
    """Asks the model at most twice, and not at all about a single move. The fallback are the rules.

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
            if asked.answer:
                chosen = Choice(moves[asked.answer.move - 1], Engine.MODEL, asked.answer.quote)
            else:
                chosen = replace(RulesEngine().choose(brief, moves), engine=Engine.FALLBACK)
            self.log.write(chosen.engine, asked.outcomes, latency_ms)
        return replace(
            chosen,
            latency_ms=latency_ms,
            prompt_tokens=asked.prompt_tokens,
            completion_tokens=asked.completion_tokens,
        )

    def _ask(self, brief: Brief, moves: Sequence[NextMove], deadline: float) -> Asked:
        asked = Asked()
        quotes = dict.fromkeys(quote for move in moves for quote in move.quotes[:OFFERED_QUOTES])
        messages, schema = messages_for(brief, moves), schema_for(len(moves), quotes)
        for _ in range(ATTEMPTS):
            seconds = deadline - monotonic()
            if seconds <= 0:
                break
            try:
                reply = self.provider.complete(messages, seconds, schema)
            except ProviderError as error:
                asked.outcomes.append(str(error))
                if not error.is_retryable:
                    break
                continue
            asked.add_tokens(reply)
            asked.answer = read_reply(reply.text, len(moves))
            asked.outcomes.append("chosen" if asked.answer else "no move in the reply")
            if asked.answer:
                break
        return asked


def schema_for(moves: int, quotes: Iterable[str] = ()) -> Mapping[str, Any]:
    """Servers that support it cannot reply with anything else, and small models cannot ramble."""
    return {
        "type": "object",
        "properties": {
            "move": {"type": "integer", "enum": [*range(1, moves + 1)]},
            "quote": {"type": "string", "enum": ["", *quotes]},
        },
        "required": ["move", "quote"],
        "additionalProperties": False,
    }


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)
