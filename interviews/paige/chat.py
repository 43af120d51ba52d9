"""Requests to language models: the parts of prompts, the configured servers, and a client for OpenAI's chat completions
API.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from string import Template
from time import monotonic
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from hindsight.http.outgoing import OutgoingError, Reason, Response, Slots, send

MAX_ANSWER_CHARACTERS = 2_000
MAX_TOKENS = 256
"""Enough for a choice, after some reasoning."""
MAX_RESPONSE_BYTES = 64 * 1024
MAX_TOKEN_COUNT = 2**28
"""Larger counts are ignored, so that sums fit the database column."""
RETRYABLE_STATUSES = {408, 409, 425, 429}
REFUSED_PARAMETER = (400, 422)
PERMANENT = {Reason.BUSY, Reason.INVALID_URL}
"""Another attempt would also fail."""

T = TypeVar("T")


@dataclass(frozen=True)
class ChatMessage:
    role: Literal["system", "user"]
    content: str


class PromptTexts:
    """The sections of a file, each of which begins with its name in square brackets. `$name` is replaced."""

    def __init__(self, path: Path) -> None:
        _, *parts = re.split(r"^\[(\w+)\]\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        self._sections = {name: Template(body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)}

    def __call__(self, section: str, **values: object) -> str:
        """Raises KeyError if a value is missing."""
        return self._sections[section].substitute(values)


def shortened(text: str, limit: int = MAX_ANSWER_CHARACTERS) -> str:
    """The beginning and the end of a text of more than `limit` characters, else the whole text."""
    left_out = len(text) - limit
    if left_out <= 0:
        return text
    return f"{text[: limit - limit // 2]}\n[… {left_out} characters left out …]\n{text[len(text) - limit // 2 :]}"


def mark_of(texts: Iterable[str]) -> str:
    """A delimiter derived from a hash of the texts; a text cannot feasibly contain its own hash."""
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


def object_schema(**properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Servers that support it cannot reply with anything else, which matters for small models."""
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def sum_of_counts(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)


@dataclass
class Asked(Generic[T]):
    """What a model was asked for, over all attempts. Tokens: None if the server did not count them."""

    chosen: T | None = field(default=None, repr=False)
    outcomes: list[str] = field(default_factory=list)
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @property
    def fallback(self) -> str:
        """Why nothing is chosen, or ""."""
        return "" if self.chosen is not None or not self.outcomes else self.outcomes[-1]


@dataclass(frozen=True)
class ModelServer:
    base_url: str
    model: str
    api_key: str = field(repr=False)


def choosing_server() -> ModelServer | None:
    """Gets notes and objective."""
    is_model = settings.PAIGE_CHOOSER == "model"
    return _server(settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY) if is_model else None


def wording_server() -> ModelServer | None:
    """Gets the conversation, but neither notes nor objective. Another server never gets the key of the first one."""
    if settings.PAIGE_WORDING != "model":
        return None
    url, model = settings.PAIGE_WORDING_BASE_URL, settings.PAIGE_WORDING_MODEL or settings.PAIGE_MODEL
    if url:
        return _server(url, model, settings.PAIGE_WORDING_API_KEY)
    return _server(settings.PAIGE_BASE_URL, model, settings.PAIGE_WORDING_API_KEY or settings.PAIGE_API_KEY)


def _server(base_url: str, model: str, api_key: str) -> ModelServer | None:
    return ModelServer(base_url, model, api_key) if base_url and model else None


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


class Provider:
    """`slots`: for calls of this process. Providers may share them.

    Newer OpenAI models refuse `max_tokens`, and some servers refuse a schema: after a refusal, `token_limit` and
    `has_schema` are changed.
    """

    def __init__(self, base_url: str, model: str, api_key: str, slots: Slots | None = None) -> None:
        self.base_url, self.model, self._api_key = base_url, model, api_key
        self.token_limit, self.has_schema = "max_tokens", True
        self.slots = slots or Slots(1)

    def complete(
        self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Reply:
        """`seconds` limits the total time, name resolution included. Raises ProviderError."""
        call = partial(self._completion, partial(self.payload, messages, schema, max_tokens), monotonic() + seconds)
        try:
            return _reply(self.slots.run(call, seconds))
        except ProviderError:
            raise
        except OutgoingError as error:
            raise ProviderError(str(error), is_retryable=error.reason not in PERMANENT) from None
        except Exception as error:  # any failure must fall back to the rules
            raise ProviderError(type(error).__name__) from None

    def payload(
        self, messages: Sequence[ChatMessage], schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> bytes:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            self.token_limit: max_tokens,
        }
        if self.has_schema:
            named = {"name": "choice", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        return json.dumps(body).encode()

    def _completion(self, payload: Callable[[], bytes], deadline: float) -> bytes:
        """Repeats the request without what the endpoint refuses."""
        while True:
            response = self._post(payload(), deadline - monotonic())
            if response.status == 200:
                return response.body
            if response.status not in REFUSED_PARAMETER or not self._adapted_to(response.body):
                is_retryable = response.status >= 500 or response.status in RETRYABLE_STATUSES
                raise ProviderError(f"status {response.status}", is_retryable=is_retryable)

    def _adapted_to(self, error: bytes) -> bool:
        """Returns False if nothing is left to change."""
        if b"max_completion_tokens" in error and self.token_limit == "max_tokens":  # noqa: S105
            self.token_limit = "max_completion_tokens"  # noqa: S105
            return True
        had_schema, self.has_schema = self.has_schema, False
        return had_schema

    def _post(self, body: bytes, seconds: float) -> Response:
        url = urlsplit(self.base_url)
        url = url._replace(path=f"{url.path.rstrip('/')}/chat/completions")
        key = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        headers = {"Content-Type": "application/json", "Accept": "application/json", **key}
        response = send("POST", url.geturl(), seconds=seconds, max_bytes=MAX_RESPONSE_BYTES, headers=headers, body=body)
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise ProviderError("compressed response", is_retryable=False)
        return response


def _reply(body: bytes) -> Reply:
    """Ignores the finish reason. May raise any exception, because the response can have any form."""
    completion = json.loads(body)
    content = completion["choices"][0]["message"]["content"]
    if isinstance(content, list):
        content = "".join(part["text"] for part in content if part.get("type") == "text")
    if not isinstance(content, str) or not content.strip():
        raise ProviderError("empty completion")
    usage = completion.get("usage")
    return Reply(content, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))


def _count(usage: Any, name: str) -> int | None:
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if type(number) is int and 0 <= number < MAX_TOKEN_COUNT else None
