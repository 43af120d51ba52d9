"""A fake model provider. It gives the responses in order, repeats the last one, and records the requests.

with fake_provider(says("What came next?"), status(500)) as provider: ...
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from tools.harness.receiver import LoopbackServer, QuietHandler

Act = Callable[["Handler"], None]

TRICKLE_SECONDS = 0.05


class Server(LoopbackServer):
    def __init__(self, acts: tuple[Act, ...]) -> None:
        super().__init__(Handler)
        self.url += "/v1"
        self.acts = list(acts)
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.arrived = Event()
        self.over = Event()

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


class Handler(QuietHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.bodies.append(self.read_body())
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        acts = self.server.acts
        act = acts.pop(0) if len(acts) > 1 else acts[0]
        self.server.arrived.set()
        act(self)

    def start(self, code: int, content_type: str, length: int, **headers: str) -> None:
        self.send_response(code)
        all_headers = {"Content-Type": content_type, "Content-Length": str(length), "Connection": "close", **headers}
        for name, value in all_headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.close_connection = True

    def send(self, code: int, body: bytes, content_type: str = "application/json", **headers: str) -> None:
        self.start(code, content_type, len(body), **headers)
        self.wfile.write(body)


def completion(text: object, finish_reason: str | None = "stop") -> bytes:
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 900, "completion_tokens": 12, "total_tokens": 912}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "fake", "choices": [choice], "usage": usage}
    return json.dumps(body).encode()


def says(text: object, finish_reason: str | None = "stop") -> Act:
    return sends(completion(text, finish_reason))


def says_after(event: Event, text: object) -> Act:
    def act(handler: Handler) -> None:
        event.wait()
        says(text)(handler)

    return act


def sends(body: bytes, code: int = 200, content_type: str = "application/json", **headers: str) -> Act:
    return lambda handler: handler.send(code, body, content_type, **headers)


def status(code: int, **headers: str) -> Act:
    return sends(b'{"error": {"message": "no", "type": "no", "code": null}}', code, **headers)


def hangs(handler: Handler) -> None:
    """Sends nothing until the test ends."""
    handler.server.over.wait()
    handler.close_connection = True


def trickles(handler: Handler) -> None:
    """Sends a byte now and then, so that no read times out."""
    handler.start(200, "application/json", 1_000_000)
    while not handler.server.over.wait(TRICKLE_SECONDS):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def breaks_off(handler: Handler) -> None:
    """Closes the connection after half of the body."""
    body = completion("What came next?")
    handler.start(200, "application/json", len(body))
    handler.wfile.write(body[: len(body) // 2])


@contextmanager
def fake_provider(*acts: Act) -> Iterator[Server]:
    with Server(acts).running() as server:
        try:
            yield server
        finally:
            server.over.set()
