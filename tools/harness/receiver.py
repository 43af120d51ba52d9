"""HTTP servers on a free loopback port, which answer what a test tells them to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple, Self


class QuietHandler(BaseHTTPRequestHandler):
    def read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def log_message(self, *args: object) -> None:
        """Logs nothing."""


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 128

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *args: object) -> None:
        """Ignores clients that have disconnected."""

    @contextmanager
    def running(self) -> Iterator[Self]:
        with self:
            thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield self
            finally:
                self.shutdown()
                thread.join()


class Received(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Responds with `status`, `headers` and `body`, or as `respond` does."""

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    received: list[Received] = field(default_factory=list)
    respond: Callable[[BaseHTTPRequestHandler], None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            receiver.received.append(Received(self.path, dict(self.headers), self.read_body()))
            if receiver.respond is not None:
                receiver.respond(self)
                return
            self.send_response(receiver.status)
            for name, value in {"Content-Length": str(len(receiver.body)), **receiver.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.body)

        do_GET = do_POST

    server = LoopbackServer(Handler)
    receiver.port = server.server_port
    with server.running():
        yield receiver
