"""The WSGI environment that is built from granian's scope, and responses that are streamed."""

import asyncio
from io import BytesIO
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hindsight.http.downloads import Download
from hindsight.server.fair_queue import IS_REFUSED
from hindsight.server.gateway import Gateway, environ_of


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


def test_headers_have_wsgi_names() -> None:
    found = environ(("host", "example.com"), ("content-type", "text/plain"), ("x-request-id", "a"))
    assert (found["HTTP_HOST"], found["CONTENT_TYPE"], found["HTTP_X_REQUEST_ID"]) == ("example.com", "text/plain", "a")


def test_repeated_headers_are_joined_in_their_order() -> None:
    found = environ(
        ("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2"), ("cookie", "a=1"), ("cookie", "b=2")
    )
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
