"""HTTP clients of a live server, with one connection per request to reach all workers."""

import json
import socket
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Self, TypeVar

from orgs.models import Org
from orgs.services import create_api_key
from tests.client import check_response
from tools.harness.web import Server

T = TypeVar("T")


@dataclass(frozen=True)
class Response:
    status_code: int
    headers: Message
    content: bytes

    @classmethod
    def of(cls, response: HTTPResponse) -> "Response":
        return cls(response.status, response.headers, response.read())

    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str:
        return str(self.json()["error"]["code"])


@dataclass(frozen=True)
class LiveClient:
    """An API client of one org that validates responses against the OpenAPI schema."""

    server: Server
    key: str

    @classmethod
    def of(cls, server: Server, org: Org) -> Self:
        """With a new key."""
        return cls(server, create_api_key(org=org, name="CRM")[1])

    def get(self, path: str, **headers: str) -> Response:
        return self.send("GET", path, None, **headers)

    def patch(self, path: str, body: dict[str, Any], **headers: str) -> Response:
        return self.send("PATCH", path, json.dumps(body).encode(), **headers)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Response:
        return self.send("POST", path, json.dumps(body).encode(), **headers)

    def send(self, method: str, path: str, body: bytes | None, **headers: str) -> Response:
        sent = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        response = response_to(self.server.port, method, f"/api/v1{path}", body, sent)
        check_response(method, path, response)
        return response


def response_to(
    port: int,
    method: str,
    path: str,
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float = 10,
) -> Response:
    with closing(HTTPConnection("127.0.0.1", port, timeout=seconds)) as connection:
        connection.request(method, path, body, headers or {})
        return Response.of(connection.getresponse())


def get_page(server: Server, path: str) -> Response:
    return response_to(server.port, "GET", path)


def at_once(calls: Iterable[Callable[[], T]], *, threads: int = 16) -> list[T]:
    """Runs calls in threads. Returns the results in the order of the calls."""
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=5)


def read_response(connection: socket.socket) -> Response | None:
    """Returns the next response, or None if the server closes the connection."""
    response = HTTPResponse(connection)
    try:
        response.begin()
        return Response.of(response)
    except (ConnectionError, HTTPException):
        return None
    finally:
        response.close()


def exchange(server: Server, request: bytes, *, hang_up: bool = False) -> Response | None:
    """Returns the response to these bytes. `hang_up` closes the sending side after them."""
    with connect(server) as connection:
        try:
            connection.sendall(request)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # the server has responded before reading everything
        return read_response(connection)


def head(line: str, *headers: str) -> bytes:
    return "".join(f"{part}\r\n" for part in (line, *headers, "")).encode("latin-1")
