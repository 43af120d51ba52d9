"""A client for OpenAI's chat completions API. Requires requirements-model.txt."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import openai

from interviews.paige.prompt import ChatMessage

# The longest question takes about 80 tokens. A reply cut off at this limit is an error.
MAX_TOKENS = 200

# Larger counts are ignored, so that sums fit the database column.
MAX_TOKEN_COUNT = 2**28

# At level DEBUG these libraries log whole prompts.
for name in ("openai", "httpx2", "httpcore2"):
    logging.getLogger(name).setLevel(logging.WARNING)

RETRYABLE_STATUSES = {408, 409, 425, 429}


class ProviderError(Exception):
    """The message never contains texts that were sent or received."""

    def __init__(self, kind: str, *, is_retryable: bool = True) -> None:
        super().__init__(kind)
        self.is_retryable = is_retryable


@dataclass(frozen=True)
class Reply:
    text: str = field(repr=False)
    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True)
class Provider:
    base_url: str
    model: str
    api_key: str = field(repr=False)

    def complete(self, messages: Sequence[ChatMessage], seconds: float) -> Reply:
        """`seconds` limits the total time, even if bytes trickle in. Raises ProviderError."""
        try:
            return _reply(asyncio.run(self._complete(messages, seconds)))
        except ProviderError:
            raise
        except TimeoutError:
            raise ProviderError("timeout") from None
        except openai.APIStatusError as error:
            status = error.status_code
            is_retryable = status >= 500 or status in RETRYABLE_STATUSES
            raise ProviderError(f"status {status}", is_retryable=is_retryable) from None
        # Any failure must fall back to the guide.
        except Exception as error:
            raise ProviderError(type(error).__name__) from None

    async def _complete(self, messages: Sequence[ChatMessage], seconds: float) -> Any:
        # A new client for each call: its connections belong to the event loop.
        async with asyncio.timeout(seconds), self._client(seconds) as client:
            return await client.chat.completions.create(
                model=self.model,
                messages=cast(Any, [{"role": message.role, "content": message.content} for message in messages]),
                max_tokens=MAX_TOKENS,
            )

    def _client(self, seconds: float) -> openai.AsyncOpenAI:
        # An empty key is rejected; None would be replaced from the environment.
        return openai.AsyncOpenAI(
            base_url=self.base_url,
            api_key=self.api_key or "none",
            organization="",
            project="",
            timeout=seconds,
            max_retries=0,
            # A redirect would send the prompt to another host.
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )


def _reply(completion: Any) -> Reply:
    """The library does not validate responses, so any exception is possible."""
    choice = completion.choices[0]
    if choice.finish_reason not in (None, "stop"):
        raise ProviderError("incomplete completion")
    if not isinstance(choice.message.content, str) or not choice.message.content.strip():
        raise ProviderError("empty completion")
    usage = getattr(completion, "usage", None)
    return Reply(choice.message.content, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))


def _count(usage: Any, name: str) -> int | None:
    number = getattr(usage, name, None)
    return number if isinstance(number, int) and 0 <= number < MAX_TOKEN_COUNT else None
