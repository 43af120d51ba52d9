"""A proxy that refuses the first request of each method and path, and forwards the others to a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

REFUSALS = {"GET": 429, "PATCH": 502, "POST": 503, "PUT": 502}


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = port
        self.refused: set[tuple[str, str]] = set()


class Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        call = (self.command, self.path)
        if call in self.server.refused:
            self.forward(body)
        else:
            self.server.refused.add(call)
            self.respond(REFUSALS[self.command], {"Retry-After": "0"}, b"")

    do_PATCH = do_POST = do_PUT = do_GET  # noqa: N815

    def forward(self, body: bytes) -> None:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        self.respond(response.status, dict(response.headers), response.read())
        connection.close()

    def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""


@contextmanager
def busy_proxy(port: int) -> Iterator[Proxy]:
    with Proxy(port) as proxy:
        Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield proxy
        proxy.shutdown()
