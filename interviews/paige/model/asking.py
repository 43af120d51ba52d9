from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from interviews.paige.chat import ChatMessage
from interviews.paige.model.provider import ProviderError, Reply

ATTEMPTS = 2

T = TypeVar("T")


class CompletionProvider(Protocol):
    def complete(self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any]) -> Reply: ...


@dataclass
class Asked(Generic[T]):
    """Tokens are summed over all attempts."""

    chosen: T | None = None
    outcomes: list[str] = field(default_factory=list)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def add_tokens(self, reply: Reply) -> None:
        self.prompt_tokens = sum_of_counts(self.prompt_tokens, reply.prompt_tokens)
        self.completion_tokens = sum_of_counts(self.completion_tokens, reply.completion_tokens)


def ask(
    provider: CompletionProvider,
    messages: Callable[[], Sequence[ChatMessage]],
    schema: Mapping[str, Any],
    read: Callable[[str], T | None],
    *,
    deadline: float,
    unread: str,
) -> Asked[T]:
    """`messages` is called for each attempt. `read` returns None for an invalid reply; `unread` is the outcome then.
    Does not raise.
    """
    asked: Asked[T] = Asked()
    for _ in range(ATTEMPTS):
        seconds = deadline - monotonic()
        if seconds <= 0:
            break
        try:
            reply = provider.complete(messages(), seconds, schema)
        except ProviderError as error:
            asked.outcomes.append(str(error))
            if not error.is_retryable:
                break
            continue
        asked.add_tokens(reply)
        asked.chosen = read(reply.text)
        asked.outcomes.append(unread if asked.chosen is None else "chosen")
        if asked.chosen is not None:
            break
    return asked


def sum_of_counts(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)
