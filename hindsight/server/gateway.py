"""Runs Django, a WSGI application, in a pool of threads behind an event loop (decision 4)."""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import RequestDataTooBig

from hindsight.http.logs import PROBES
from hindsight.server.bodies import BodyCutOff, Download, UnreadableBody, receive_body
from hindsight.server.connections import ConnectionThreads
from hindsight.server.fair_queue import IS_REFUSED, MAX_WAITING, Job, TooManyWaiting

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]

Result = TypeVar("Result")

END_SECONDS = 0.02

Headers = list[tuple[str, str]]


class Gateway:
    """An RSGI application. Create it in the worker: threads do not survive a fork.

    `caller_of`: whose requests share the threads that one caller may use, of a WSGI environment.
    """

    def __init__(
        self,
        application: "WSGIApplication",
        *,
        connections: int,
        waiting: int,
        caller_of: Callable[[dict[str, Any]], str],
    ) -> None:
        self.application = application
        self.caller_of = caller_of
        self.threads = ConnectionThreads(connections, waiting=waiting)
        self.probes = {path: ThreadPoolExecutor(1, "probe") for path in PROBES}
        self.refusals = ThreadPoolExecutor(1, "refusal")
        self.calls = Calls()

    async def __call__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        environ = environ_of(scope)
        environ["wsgi.input"] = await input_of(environ, cast(AsyncIterable[bytes], protocol))
        if probe := self.probes.get(scope.path):
            await self.calls.run(probe.submit, self.send_response, environ, protocol)
            return
        caller = self.caller_of(environ)
        # A write is stored even if the client does not wait for the response. client_disconnect() returns a future.
        hang_up = cast(Any, protocol).client_disconnect if scope.method in ("GET", "HEAD") else None
        submit = partial(self.threads.submit, caller, limit=MAX_WAITING)
        try:
            response = await self.calls.run(submit, self.send_response, environ, protocol, hang_up=hang_up)
        except TooManyWaiting:
            environ[IS_REFUSED] = True
            response = await self.calls.run(self.refusals.submit, self.send_response, environ, protocol)
        if response:
            status, headers, download = response
            await self.stream(download, protocol.response_stream(status, headers), caller)

    def send_response(self, environ: dict[str, Any], protocol: "HTTPProtocol") -> tuple[int, Headers, Download] | None:
        """Returns a response only if it has to be streamed."""
        started: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            started.append((int(status[:3]), headers))
            return lambda data: None  # obsolete part of WSGI

        response = self.application(environ, start_response)
        if isinstance(response, Download):
            return (*started[-1], response)
        with closing(cast(Any, response)):
            body = b"".join(response)
        protocol.response_bytes(*started[-1], body)
        return None

    async def stream(self, download: Download, transport: Any, caller: str) -> None:
        """Between two blocks, a slow client holds no thread. A block may be empty, such as a compressor's."""
        blocks, submit = iter(download), partial(self.threads.submit, caller)
        try:
            while (block := await self.calls.run(submit, next, blocks, None)) is not None:
                if block:
                    await transport.send_bytes(block)
        finally:
            await self.calls.run(submit, download.close)


async def input_of(environ: dict[str, Any], blocks: AsyncIterable[bytes]) -> BytesIO | UnreadableBody:
    """Returns `wsgi.input`. Sets CONTENT_LENGTH, without which Django reads nothing.

    Only JSON may be chunked: granian does not report a chunked body that is cut off, and half of a form is a form.
    """
    is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not is_chunked and not length:
        return BytesIO()
    try:
        body = await receive_body(blocks, None if is_chunked else length)
        if is_chunked and not environ.get("CONTENT_TYPE", "").lower().startswith("application/json"):
            raise BodyCutOff("Only JSON can be chunked.")
    except (BodyCutOff, RequestDataTooBig) as error:
        environ["CONTENT_LENGTH"] = str(length or 1)
        return UnreadableBody(error)
    environ["CONTENT_LENGTH"] = str(len(body))
    return BytesIO(body)


def environ_of(scope: "Scope") -> dict[str, Any]:
    """https://peps.python.org/pep-3333/#environ-variables"""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        # For requests without a Host header: Django refuses this one.
        "SERVER_NAME": "missing-host.invalid",
        "SERVER_PORT": scope.server.rpartition(":")[2],
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    headers: Any = scope.headers
    for name in headers.keys():  # noqa: SIM118  # not a dict
        # A name with an underscore would replace the one with a hyphen.
        if "_" not in name:
            separator = "; " if name == "cookie" else ","
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            environ[key] = separator.join(headers.get_all(name))
    return environ


class Calls:
    """An event loop's calls in threads (decision 4). Only results wake it: None means that the response is sent."""

    def __init__(self) -> None:
        self._running = 0
        self._returned: deque[asyncio.Future[Any]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def run(
        self,
        submit: Callable[[Job], object],
        function: Callable[..., Result],
        *arguments: object,
        hang_up: Callable[[], asyncio.Future[Any]] | None = None,
    ) -> Result | None:
        """`hang_up`: returns a future of the time when nobody needs the result any longer. A function that `submit()`
        could not begin (its result is false) is not called after that, and the result is None.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result | None] = loop.create_future()
        claim = Lock()  # of who begins or cancels the job

        def job() -> None:
            if not claim.acquire(blocking=False):
                return
            try:
                result = function(*arguments)
            except BaseException as error:
                loop.call_soon_threadsafe(_end, future, future.set_exception, error)
                return
            if result is None:
                self._returned.append(future)
            else:
                loop.call_soon_threadsafe(_end, future, future.set_result, result)

        def cancel(watcher: object) -> None:
            if claim.acquire(blocking=False):
                _end(future, future.set_result, None)

        self._running += 1
        self._timer = self._timer or loop.call_later(END_SECONDS, self._end_returned, loop)
        watcher = None
        try:
            if not submit(job) and hang_up:
                watcher = hang_up()
                watcher.add_done_callback(cancel)
            return await future
        finally:
            self._running -= 1
            if watcher:
                watcher.cancel()

    def _end_returned(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._returned:
            future = self._returned.popleft()
            _end(future, future.set_result, None)
        self._timer = loop.call_later(END_SECONDS, self._end_returned, loop) if self._running else None


def _end(future: asyncio.Future[Any], end: Callable[[Any], object], outcome: object) -> None:
    if not future.done():  # cancelled
        end(outcome)
