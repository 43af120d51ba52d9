import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from time import monotonic
from typing import Protocol

from interviews.lifecycle import Engine
from interviews.paige.brief import Brief
from interviews.paige.guard.rules import Problem, problems, tidy
from interviews.paige.interviewer import Message, guided_text
from interviews.paige.prompt import ChatMessage, messages_for
from interviews.paige.provider import ProviderError, Reply

logger = logging.getLogger(__name__)

ATTEMPTS = 2


class CompletionProvider(Protocol):
    def complete(self, messages: list[ChatMessage], seconds: float) -> Reply: ...


@dataclass
class Draft:
    """`problems` are those of the last attempt. Tokens are summed over all attempts."""

    text: str | None = None
    problems: frozenset[Problem] = frozenset()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def add_tokens(self, reply: Reply) -> None:
        self.prompt_tokens = _sum(self.prompt_tokens, reply.prompt_tokens)
        self.completion_tokens = _sum(self.completion_tokens, reply.completion_tokens)


class ModelInterviewer:
    """Asks the model at most twice. The fallback is the guide.

    `timeout`: seconds for all attempts. `concurrency`: model calls per process; further messages use the guide, so that
    a hanging provider cannot block the API.
    """

    def __init__(self, provider: CompletionProvider, *, timeout: float, concurrency: int) -> None:
        self.provider = provider
        self.timeout = timeout
        self.slots = BoundedSemaphore(concurrency)

    def next_message(self, brief: Brief) -> Message:
        started = monotonic()
        draft = Draft()
        with self._slot() as is_free:
            if is_free:
                self._write(draft, brief, deadline=started + self.timeout)
        return Message(
            text=guided_text(brief) if draft.text is None else draft.text,
            engine=Engine.FALLBACK if draft.text is None else Engine.MODEL,
            latency_ms=round((monotonic() - started) * 1000),
            prompt_tokens=draft.prompt_tokens,
            completion_tokens=draft.completion_tokens,
        )

    def _write(self, draft: Draft, brief: Brief, deadline: float) -> None:
        for _ in range(ATTEMPTS):
            seconds = deadline - monotonic()
            if seconds <= 0:
                return
            try:
                reply = self.provider.complete(messages_for(brief, [p.value for p in draft.problems]), seconds)
            except ProviderError as error:
                logger.warning("The model call failed: %s", error)
                if not error.is_retryable:
                    return
                continue
            draft.add_tokens(reply)
            text = tidy(reply.text)
            draft.problems = problems(text, brief)
            if not draft.problems:
                draft.text = text
                return
            logger.info("A message of the model was rejected: %s", _names(draft.problems))

    @contextmanager
    def _slot(self) -> Iterator[bool]:
        is_free = self.slots.acquire(blocking=False)
        try:
            if not is_free:
                logger.warning("The limit of concurrent model calls is reached. This message uses the guide.")
            yield is_free
        finally:
            if is_free:
                self.slots.release()


def _names(found: frozenset[Problem]) -> str:
    return ", ".join(sorted(problem.name for problem in found))


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)
