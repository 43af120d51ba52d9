"""The WSGI environment that is built from granian's scope, and responses that are streamed."""

import asyncio
from types import SimpleNamespace
from typing import Any

from hindsight.http.downloads import Download
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
    scope: Any = SimpleNamespace(
        method="GET",
        path=path,
        query_string="a=%41",
        server="127.0.0.1:8000",
        client=client,
        scheme="http",
        http_version="1.1",
        headers=FakeHeaders(*headers),
    )
    return environ_of(scope)


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


class FakeProtocol:
    """Of granian. Records what is sent."""

    def __init__(self) -> None:
        self.status = 0
        self.blocks: list[bytes] = []

    def response_stream(self, status: int, headers: object) -> "FakeProtocol":
        self.status = status
        return self

    async def send_bytes(self, block: bytes) -> None:
        self.blocks.append(block)


def test_an_empty_block_does_not_end_a_stream() -> None:
    """A compressor returns nothing until it has enough."""
    download, protocol = Download([b"", b"a", b"", b"", b"b", b""]), FakeProtocol()

    async def main() -> None:
        await Gateway(lambda environ, start_response: (), connections=1, waiting=0).stream(download, protocol)

    asyncio.run(main())
    assert protocol.blocks == [b"a", b"b"]
    assert download.closed
