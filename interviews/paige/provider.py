"""The wire to a model: any endpoint that speaks OpenAI's chat completions. Needs requirements-model.txt."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import openai

from interviews.paige.prompt import ChatMessage

# The longest allowed question (MAX_QUESTION_WORDS) takes about 80 tokens. A reply cut off at this limit is an error.
MAX_TOKENS = 200

# What a provider may claim to have counted: the sum over a turn's tries has to fit the column.
MOST_TOKENS = 2**28

# On level DEBUG, which an operator may turn on for all there is, the library logs whole prompts.
for name in ("openai", "httpx2", "httpcore2"):
    logging.getLogger(name).setLevel(logging.WARNING)

# What asking again may help against; with another status the endpoint has understood us and says no.
PASSING_STATUSES = {408, 409, 425, 429}


class ProviderError(Exception):
    """No reply that could be used. Says of which kind, and never what was sent or received."""

    def __init__(self, kind: str, *, may_pass: bool = True) -> None:
        super().__init__(kind)
        self.may_pass = may_pass


@dataclass(frozen=True)
class Reply:
    """What a model said, as it said it, and the tokens where the provider tells."""

    text: str = field(repr=False)
    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True)
class Provider:
    """One endpoint and one of its models."""

    base_url: str
    model: str
    api_key: str = field(repr=False)

    def complete(self, messages: Sequence[ChatMessage], seconds: float) -> Reply:
        """The model's reply, within that time by the clock however slowly bytes trickle in. Raises ProviderError."""
        try:
            return _reply(asyncio.run(self._complete(messages, seconds)))
        except ProviderError:
            raise
        except TimeoutError:
            raise ProviderError("it took too long") from None
        except openai.APIStatusError as error:
            status = error.status_code
            raise ProviderError(f"status {status}", may_pass=status >= 500 or status in PASSING_STATUSES) from None
        # Whatever else a stranger's server, or the library about it, comes up with: the interview goes on.
        except Exception as error:
            raise ProviderError(type(error).__name__) from None

    async def _complete(self, messages: Sequence[ChatMessage], seconds: float) -> Any:
        """A client for this call alone: a turn comes once in a minute, and its event loop ends with it."""
        async with asyncio.timeout(seconds), self._client(seconds) as client:
            return await client.chat.completions.create(
                model=self.model,
                messages=cast(Any, [{"role": message.role, "content": message.content} for message in messages]),
                max_tokens=MAX_TOKENS,
            )

    def _client(self, seconds: float) -> openai.AsyncOpenAI:
        # The library takes no empty key; servers that ask for none do not look at it. What the environment says of an
        # OpenAI account is not this endpoint's to know.
        return openai.AsyncOpenAI(
            base_url=self.base_url,
            api_key=self.api_key or "none",
            organization="",
            project="",
            timeout=seconds,
            max_retries=0,
        )


def _reply(completion: Any) -> Reply:
    """Reads a completion that may be anything: the library checks no shapes."""
    choice = completion.choices[0]
    if choice.finish_reason not in (None, "stop"):
        raise ProviderError("half an answer")
    if not isinstance(choice.message.content, str) or not choice.message.content.strip():
        raise ProviderError("an empty answer")
    usage = getattr(completion, "usage", None)
    return Reply(choice.message.content, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))


def _count(usage: Any, name: str) -> int | None:
    number = getattr(usage, name, None)
    return number if isinstance(number, int) and 0 <= number < MOST_TOKENS else None
