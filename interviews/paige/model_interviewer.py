"""The engine that has a model word the questions; what is late, or refused by the guard, the contact never sees."""

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


class Completing(Protocol):
    """What is asked of a provider."""

    def complete(self, messages: list[ChatMessage], seconds: float) -> Reply: ...


@dataclass
class Try:
    """One message in the making: what was refused so far, and what it has cost."""

    text: str | None = None
    refused: frozenset[Problem] = frozenset()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def count(self, reply: Reply) -> None:
        self.prompt_tokens = _sum(self.prompt_tokens, reply.prompt_tokens)
        self.completion_tokens = _sum(self.completion_tokens, reply.completion_tokens)


class ModelInterviewer:
    """Asks the model, once more if that fails or the guard refuses, then falls back on the guide; all within `timeout`.

    `at_once` bounds how many calls of one process wait for the provider at a time. It is to be smaller than the number
    of the server's threads: those that are left answer the API while the provider hangs, and the interviews beyond the
    bound go on with the guide's questions.
    """

    def __init__(self, provider: Completing, *, timeout: float, at_once: int) -> None:
        self.provider = provider
        self.timeout = timeout
        self.slots = BoundedSemaphore(at_once)

    def next_message(self, brief: Brief) -> Message:
        started = monotonic()
        made = Try()
        with self._slot() as is_free:
            if is_free:
                self._write(made, brief, deadline=started + self.timeout)
        return Message(
            text=guided_text(brief) if made.text is None else made.text,
            engine=Engine.FALLBACK if made.text is None else Engine.MODEL,
            latency_ms=round((monotonic() - started) * 1000),
            prompt_tokens=made.prompt_tokens,
            completion_tokens=made.completion_tokens,
        )

    def _write(self, made: Try, brief: Brief, deadline: float) -> None:
        for _ in range(ATTEMPTS):
            seconds = deadline - monotonic()
            if seconds <= 0:
                return
            try:
                reply = self.provider.complete(messages_for(brief, [p.value for p in made.refused]), seconds)
            except ProviderError as error:
                logger.warning("The model did not answer: %s", error)
                if not error.may_pass:
                    return
                continue
            made.count(reply)
            text = tidy(reply.text)
            made.refused = problems(text, brief)
            if not made.refused:
                made.text = text
                return
            logger.info("A message of the model's was refused: %s", _names(made.refused))

    @contextmanager
    def _slot(self) -> Iterator[bool]:
        is_free = self.slots.acquire(blocking=False)
        try:
            if not is_free:
                logger.warning("Too many interviews wait for the model; this one goes on with the guide.")
            yield is_free
        finally:
            if is_free:
                self.slots.release()


def _names(refused: frozenset[Problem]) -> str:
    return ", ".join(sorted(problem.name for problem in refused))


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)
