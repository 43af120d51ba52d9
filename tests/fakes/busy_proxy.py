"""A proxy that refuses the first request of each method and path, and forwards the others to a server."""

from contextlib import AbstractContextManager
from http.client import HTTPConnection

from tools.harness.receiver import LoopbackServer, QuietHandler

REFUSALS = {"GET": 429, "PATCH": 502, "POST": 503, "PUT": 502}


class Proxy(LoopbackServer):
    def __init__(self, port: int) -> None:
        super().__init__(Handler)
        self.port = port
        self.refused: set[tuple[str, str]] = set()


class Handler(QuietHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.read_body()
        call = (self.command, self.path)
        if call in self.server.refused:
            self.forward(body)
        else:
            self.server.refused.add(call)
            self.respond(REFUSALS[self.command], {"Retry-After": "0"}, b"")

    do_PATCH = do_POST = do_PUT = do_GET

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


def busy_proxy(port: int) -> AbstractContextManager[Proxy]:
    return Proxy(port).running()
