"""A client for OpenAI's chat completions API.

Uses http.client: the time limit includes name resolution, and the size limit holds for the decoded response.
"""

import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from threading import BoundedSemaphore, Thread
from typing import Any
from urllib.parse import urlsplit

from interviews.paige.model.prompt import ChatMessage

# Enough for a choice with the longest quote, after some reasoning.
MAX_TOKENS = 256
MAX_RESPONSE_BYTES = 64 * 1024

# Larger counts are ignored, so that sums fit the database column.
MAX_TOKEN_COUNT = 2**28

RETRYABLE_STATUSES = {408, 409, 425, 429}
REFUSED_PARAMETER = (400, 422)


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
class Dialect:
    """Newer OpenAI models refuse `max_tokens`, and some servers refuse a schema."""

    token_limit: str = "max_tokens"  # noqa: S105
    has_schema: bool = True

    def without_refused(self, message: bytes) -> "Dialect | None":
        """`message`: the error about a parameter. None if nothing is left to change."""
        if b"max_completion_tokens" in message and self.token_limit == "max_tokens":  # noqa: S105
            return replace(self, token_limit="max_completion_tokens")  # noqa: S106
        return replace(self, has_schema=False) if self.has_schema else None


class Provider:
    """`concurrency`: calls per process. A call that outlives its time limit counts until it ends."""

    def __init__(self, base_url: str, model: str, api_key: str, concurrency: int = 1) -> None:
        self.base_url, self.model, self._api_key = base_url, model, api_key
        self.dialect = Dialect()
        self.slots = BoundedSemaphore(concurrency)

    def complete(self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any]) -> Reply:
        """`seconds` limits the total time, name resolution included. Raises ProviderError."""
        if not self.slots.acquire(blocking=False):
            raise ProviderError("too many concurrent calls", is_retryable=False)
        call = Call(self, messages, schema, seconds)
        Thread(target=call.run, daemon=True).start()
        try:
            return _reply(call.result.result(seconds))
        except TimeoutError:
            call.abort()
            raise ProviderError("timeout") from None
        except ProviderError:
            raise
        except OSError as error:
            raise ProviderError(error.strerror or type(error).__name__) from None
        # Any failure must fall back to the rules.
        except Exception as error:
            raise ProviderError(type(error).__name__) from None

    def headers(self) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        # A compressed response could be decoded to any size.
        return {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity", **key}

    def payload(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> bytes:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            self.dialect.token_limit: MAX_TOKENS,
        }
        if self.dialect.has_schema:
            named = {"name": "choice", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        return json.dumps(body).encode()


class Call:
    """Runs in a thread of its own: neither name resolution nor a slow response can be interrupted otherwise."""

    def __init__(
        self, provider: Provider, messages: Sequence[ChatMessage], schema: Mapping[str, Any], seconds: float
    ) -> None:
        self.provider, self.messages, self.schema, self.seconds = provider, messages, schema, seconds
        self.result: Future[bytes] = Future()
        self.socket: socket.socket | None = None
        self.is_aborted = False

    def run(self) -> None:
        try:
            self.result.set_result(self._body())
        except BaseException as error:
            self.result.set_exception(error)
        finally:
            self.provider.slots.release()

    def abort(self) -> None:
        """Ends a read or write that is under way."""
        self.is_aborted = True
        if self.socket:
            try:
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # already closed

    def _body(self) -> bytes:
        while True:
            status, body = self._post()
            if status == 200:
                return body
            dialect = self.provider.dialect.without_refused(body) if status in REFUSED_PARAMETER else None
            if dialect is None or self.is_aborted:
                is_retryable = status >= 500 or status in RETRYABLE_STATUSES
                raise ProviderError(f"status {status}", is_retryable=is_retryable)
            self.provider.dialect = dialect

    def _post(self) -> tuple[int, bytes]:
        """Follows no redirect: it would send the notes to another host."""
        url = urlsplit(self.provider.base_url)
        connection = _connection(url.scheme, url.hostname, url.port, self.seconds)
        try:
            connection.connect()
            self.socket = connection.sock
            if self.is_aborted:
                raise TimeoutError
            path = f"{url.path.rstrip('/')}/chat/completions{f'?{url.query}' if url.query else ''}"
            connection.request("POST", path, self.provider.payload(self.messages, self.schema), self.provider.headers())
            with connection.getresponse() as response:
                return response.status, _bounded(response)
        finally:
            connection.close()


def _connection(scheme: str, host: str | None, port: int | None, seconds: float) -> HTTPConnection:
    if not host or scheme not in ("http", "https"):
        raise ProviderError("invalid URL", is_retryable=False)
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=seconds)


def _bounded(response: HTTPResponse) -> bytes:
    if response.getheader("Content-Encoding", "identity").strip().lower() != "identity":
        raise ProviderError("compressed response", is_retryable=False)
    body = response.read(MAX_RESPONSE_BYTES + 1)
    if len(body) > MAX_RESPONSE_BYTES:
        raise ProviderError("response too large")
    return body


def _reply(body: bytes) -> Reply:
    """The response can have any form, so any exception is possible. Ignores the finish reason."""
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
    is_count = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < MAX_TOKEN_COUNT
    return number if is_count else None
