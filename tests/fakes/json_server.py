"""A fake server, such as that of a CRM. It stores each write, and answers with JSON."""

import json
from contextlib import AbstractContextManager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tools.harness.receiver import LoopbackServer, QuietHandler


class Call(NamedTuple):
    method: str
    path: str
    authorization: str
    body: Any


class JsonServer(LoopbackServer):
    """`answers`: by path; of a GET, and of a POST that is a search. `refused`: paths whose writes get a 400."""

    def __init__(self) -> None:
        super().__init__(Handler)
        self.answers: dict[str, Any] = {}
        self.calls: list[Call] = []
        self.refused: set[str] = set()
        self.failures = 0  # of the next writes, which get a 503


class Handler(QuietHandler):
    server: JsonServer

    def do_GET(self) -> None:
        self.respond(200, self.server.answers[urlsplit(self.path).path])

    def do_POST(self) -> None:
        body = json.loads(self.read_body())
        if self.command == "POST" and self.path in self.server.answers:
            self.respond(200, self.server.answers[self.path])
        elif self.path in self.server.refused:
            self.send_error(400)
        elif self.server.failures:
            self.server.failures -= 1
            self.send_error(503)
        else:
            self.server.calls.append(Call(self.command, self.path, self.headers.get("Authorization", ""), body))
            self.respond(201, {"id": str(len(self.server.calls))})

    do_PATCH = do_POST

    def respond(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


def json_server() -> AbstractContextManager[JsonServer]:
    return JsonServer().running()
