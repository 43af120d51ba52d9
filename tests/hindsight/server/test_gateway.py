"""The WSGI environment that is built from granian's scope, calls in threads, and responses that are streamed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hindsight.server.bodies import Download
from hindsight.server.fair_queue import IS_REFUSED, Job
from hindsight.server.gateway import Calls, Gateway, environ_of


class FakeHeaders:
    """The interface of granian's headers."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs

    def keys(self) -> list[str]:
        return list(dict(self.pairs))

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


def environ(*headers: tuple[str, str], path: str = "/", client: str = "192.0.2.1:4711") -> dict[str, Any]:
    return environ_of(scope_of(path, *headers, client=client))


def scope_of(path: str, *headers: tuple[str, str], client: str = "192.0.2.1:4711") -> Any:
    return SimpleNamespace(
        method="GET",
        path=path,
        query_string="a=%41",
        server="127.0.0.1:8000",
        client=client,
        scheme="http",
        http_version="1.1",
        headers=FakeHeaders(*headers),
    )


def test_headers_have_wsgi_names_and_repeated_ones_are_joined_in_their_order() -> None:
    repeated = ("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2"), ("cookie", "a=1"), ("cookie", "b=2")
    found = environ(("host", "example.com"), ("content-type", "text/plain"), *repeated)
    assert (found["HTTP_HOST"], found["CONTENT_TYPE"]) == ("example.com", "text/plain")
    assert (found["HTTP_X_FORWARDED_FOR"], found["HTTP_COOKIE"]) == ("1.1.1.1,2.2.2.2", "a=1; b=2")


def test_a_header_with_an_underscore_does_not_replace_the_real_one() -> None:
    found = environ(("x-forwarded-for", "1.1.1.1"), ("x_forwarded_for", "6.6.6.6"), ("x-forwarded_proto", "https"))
    assert found["HTTP_X_FORWARDED_FOR"] == "1.1.1.1"
    assert "HTTP_X_FORWARDED_PROTO" not in found


def test_path_and_address() -> None:
    found = environ(path="/straße", client="[2001:db8::1]:4711")
    assert found["PATH_INFO"] == "/straße".encode().decode("latin-1")
    assert (found["QUERY_STRING"], found["REMOTE_ADDR"], found["SERVER_PORT"]) == ("a=%41", "2001:db8::1", "8000")


def gateway(application: Any) -> Gateway:
    return Gateway(application, connections=1, waiting=0, caller_of=lambda environ: "acme")


class FakeProtocol:
    """Of granian. Records what is sent."""

    def __init__(self) -> None:
        self.status = 0
        self.blocks: list[bytes] = []

    def response_stream(self, status: int, headers: object) -> "FakeProtocol":
        self.status = status
        return self

    def response_bytes(self, status: int, headers: object, body: bytes) -> None:
        self.status = status

    def client_disconnect(self) -> "asyncio.Future[None]":
        return asyncio.get_running_loop().create_future()

    async def send_bytes(self, block: bytes) -> None:
        self.blocks.append(block)


def test_an_empty_block_does_not_end_a_stream() -> None:
    """A compressor returns nothing until it has enough."""
    download, protocol = Download([b"", b"a", b"", b"", b"b", b""]), FakeProtocol()

    async def main() -> None:
        await gateway(lambda environ, start_response: ()).stream(download, protocol, "acme")

    asyncio.run(main())
    assert protocol.blocks == [b"a", b"b"]
    assert download.closed


def test_beyond_the_limit_a_request_is_refused_while_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hindsight.server.gateway.MAX_WAITING", 1)
    may_end = Event()

    def application(environ: dict[str, Any], start_response: Any) -> BytesIO:
        is_refused = IS_REFUSED in environ
        if is_refused:
            may_end.set()
        else:
            assert may_end.wait(10)
        start_response("429 Too Many Requests" if is_refused else "200 OK", [])
        return BytesIO()

    async def main() -> list[int]:
        requests, handle = [FakeProtocol() for _ in range(3)], gateway(application)
        await asyncio.gather(*(handle(scope_of("/"), cast(Any, protocol)) for protocol in requests))
        return [protocol.status for protocol in requests]

    assert asyncio.run(main()) == [200, 200, 429]


def test_calls_without_a_result_end_while_another_one_runs() -> None:
    others_have_ended = Event()

    async def main(threads: ThreadPoolExecutor) -> bool:
        calls = Calls()
        slow = asyncio.create_task(calls.run(threads.submit, others_have_ended.wait, 10))
        for _ in range(3):
            await calls.run(threads.submit, lambda: None)
        others_have_ended.set()
        return await slow is True

    with ThreadPoolExecutor(2) as threads:
        assert asyncio.run(main(threads))


@pytest.mark.parametrize("result", [None, 1])
def test_a_call_that_was_cancelled_does_not_stop_the_next_ones(result: int | None) -> None:
    may_return = Event()

    def wait() -> int | None:
        may_return.wait(10)
        return result

    async def main(threads: ThreadPoolExecutor) -> tuple[object, list[object]]:
        errors: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context))
        calls = Calls()
        cancelled = asyncio.create_task(calls.run(threads.submit, wait))
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        may_return.set()
        await calls.run(threads.submit, lambda: None)
        return await calls.run(threads.submit, lambda: 2), errors

    with ThreadPoolExecutor(1) as threads:
        assert asyncio.run(main(threads)) == (2, [])


@pytest.mark.parametrize("has_begun", [False, True])
def test_after_a_hang_up_only_a_call_that_has_begun_is_run(has_begun: bool) -> None:
    called: list[int] = []

    async def main() -> object:
        hang_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        submitted: list[Job] = []

        def submit(job: Job) -> bool:
            submitted.append(job)
            return False

        def function() -> int:
            called.append(1)
            return 1

        call = asyncio.create_task(Calls().run(submit, function, hang_up=lambda: hang_up))
        await asyncio.sleep(0)
        if has_begun:
            submitted[0]()
        hang_up.set_result(None)
        await asyncio.sleep(0)
        result = await call
        if not has_begun:
            submitted[0]()
        return result

    assert asyncio.run(main(), debug=True) == (1 if has_begun else None)
    assert called == ([1] if has_begun else [])


def test_nobody_waits_for_the_hang_up_of_a_call_that_begins_at_once_or_has_ended() -> None:
    async def main(threads: ThreadPoolExecutor) -> bool:
        hang_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def submit_later(job: Job) -> None:
            threads.submit(job)

        assert await Calls().run(threads.submit, lambda: 1, hang_up=pytest.fail) == 1
        assert await Calls().run(submit_later, lambda: 1, hang_up=lambda: hang_up) == 1
        return hang_up.cancelled()

    with ThreadPoolExecutor(1) as threads:
        assert asyncio.run(main(threads))
