"""A fake server, such as that of a CRM. It stores each request, and answers with JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple


class Call(NamedTuple):
    method: str
    path: str
    authorization: str
    body: Any


class JsonServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.calls: list[Call] = []
        self.failures = 0  # of the next requests, which get a 503


class Handler(BaseHTTPRequestHandler):
    server: JsonServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.failures:
            self.server.failures -= 1
            self.send_error(503)
            return
        self.server.calls.append(Call(self.command, self.path, self.headers.get("Authorization", ""), body))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(json.dumps({"id": str(len(self.server.calls))}).encode())

    do_PATCH = do_POST  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""


@contextmanager
def json_server() -> Iterator[JsonServer]:
    with JsonServer() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
