"""Asks a model, at most twice. Each request writes one line to the log, without texts."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from interviews.paige.chat import ChatMessage
from interviews.paige.model.provider import MAX_TOKENS, ProviderError, Reply

logger = logging.getLogger(__name__)

ATTEMPTS = 2

T = TypeVar("T")


class CompletionProvider(Protocol):
    def complete(
        self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Reply: ...


class RefusedError(Exception):
    """The message says what is wrong with a reply. It has no text of the reply."""


@dataclass
class Asked(Generic[T]):
    """Tokens are summed over all attempts."""

    chosen: T | None = None
    outcomes: list[str] = field(default_factory=list)
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @property
    def fallback(self) -> str:
        """Why nothing is chosen, or ""."""
        return "" if self.chosen is not None else (self.outcomes or ["timeout"])[-1]

    def add_tokens(self, reply: Reply) -> None:
        self.prompt_tokens = sum_of_counts(self.prompt_tokens, reply.prompt_tokens)
        self.completion_tokens = sum_of_counts(self.completion_tokens, reply.completion_tokens)


def ask(
    provider: CompletionProvider,
    messages: Callable[[str], Sequence[ChatMessage]],
    schema: Mapping[str, Any],
    read: Callable[[str], T | None],
    *,
    asked_for: str,
    seconds: float,
    max_tokens: int = MAX_TOKENS,
) -> Asked[T]:
    """`messages` gets the reason why the last reply was refused, or "". `read` returns None if the reply lacks what is
    asked for, or raises RefusedError. `seconds`: for all attempts. Does not raise.
    """
    started = monotonic()
    asked: Asked[T] = Asked()
    refused = ""
    for _ in range(ATTEMPTS):
        left = started + seconds - monotonic()
        if left <= 0 or asked.chosen is not None:
            break
        try:
            reply = provider.complete(messages(refused), left, schema, max_tokens)
            asked.add_tokens(reply)
            asked.chosen = read(reply.text)
            asked.outcomes.append("chosen" if asked.chosen is not None else f"no {asked_for} in the reply")
        except RefusedError as error:
            refused = str(error)
            asked.outcomes.append(refused)
        except ProviderError as error:
            asked.outcomes.append(str(error))
            if not error.is_retryable:
                break
    asked.latency_ms = round((monotonic() - started) * 1000)
    outcome, level = ", ".join(asked.outcomes), logging.WARNING if asked.fallback else logging.INFO
    extra = {"outcome": outcome, "fallback": asked.fallback, "duration_ms": asked.latency_ms}
    logger.log(level, "Paige asked the model for a %s", asked_for, extra=extra)
    return asked


def sum_of_counts(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)
