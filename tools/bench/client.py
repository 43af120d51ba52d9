"""The requests of the bench, over persistent connections with one request at a time, and the CPU time of servers."""

import json
import random
import re
import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from itertools import count
from typing import NamedTuple
from urllib.parse import urlencode

import psutil

# The requests of one connection. Each gets the response to the one before.
Script = Generator[bytes, bytes, None]

SUCCESS = re.compile(rb"HTTP/1.1 (200|303) ")
LENGTH, LOCATION = re.compile(rb"(?i)content-length: *(\d+)"), re.compile(rb"(?i)location: ([^\r]*)")
NUMBER = re.compile(rb'name="number" value="(\d+)"')
ANSWER = "The migration. We could not afford a week without reports."


class Row(NamedTuple):
    """An interview request. `key`: an API key of its org."""

    pk: int
    key: str
    survey_token: str


class Connection:
    def __init__(self, port: int, script: Script) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.script = script
        self.send(next(script))

    def send(self, request: bytes) -> None:
        self.response, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Returns whether the response is complete. Raises RuntimeError if the request is refused."""
        part = self.socket.recv(65536)
        self.response += part
        head, end, body = self.response.partition(b"\r\n\r\n")
        if not part or (end and not SUCCESS.match(head)):
            raise RuntimeError(f"Refused: {self.response.decode()}")
        length = LENGTH.search(head)
        return bool(end) and len(body) >= int(length[1] if length else 0)


def run(port: int, script: Callable[[], Script], *, seconds: float, connections: int) -> list[float]:
    """Returns the seconds of each request, in the order of the responses."""
    times, end = list[float](), time.perf_counter() + seconds
    with selectors.DefaultSelector() as selector:
        for connection in [Connection(port, script()) for _ in range(connections)]:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        while selector.get_map():
            for key, _ in selector.select():
                if not (connection := key.data).receive():
                    continue
                times.append(time.perf_counter() - connection.sent_at)
                if time.perf_counter() < end:
                    connection.send(connection.script.send(connection.response))
                else:
                    selector.unregister(connection.socket)
                    connection.socket.close()
    return times


def gets(rows: Sequence[Row]) -> Script:
    while True:
        yield call("GET", random.choice(rows))


def patches(rows: Sequence[Row]) -> Script:
    """40% replace the notes, 30% the objective, 30% everything."""
    while True:
        number = random.randrange(10**6)
        notes = {"title": "CTO", "evaluation_notes": f"Completed a 30-day POC, main concern is pricing; {number}"}
        objective = {"objective": f"Understand why pricing was the blocker; {number}"}
        context = {"contact_context": notes}
        everything = {**context, **objective, "contact_name": f"Jane Smith {number}"}
        [body] = random.choices((context, objective, everything), (4, 3, 3))
        yield call("PATCH", random.choice(rows), body)


def gets_after_patches(rows: Sequence[Row]) -> Script:
    """In turn: PATCH with a new objective, GET of the same row, GET of any row."""
    for number in count():
        row = random.choice(rows)
        yield call("PATCH", row, {"objective": f"Understand why pricing was the blocker; {number}"})
        yield call("GET", row)
        yield call("GET", random.choice(rows))


def interviews(tokens: Iterator[str]) -> Script:
    """Sends a form, then reads the page of the redirect, with the next question."""
    for token in tokens:
        fields = {"step": "consent"}
        while fields:
            redirect = yield form(token=token, **fields)
            location = LOCATION.search(redirect)
            page = yield message("GET", location[1].decode() if location else "/survey")
            number = NUMBER.search(page)
            fields = {"step": "answer", "number": number[1].decode(), "text": ANSWER} if number else {}


def call(method: str, row: Row, body: object = None) -> bytes:
    headers = f"Authorization: Bearer {row.key}\r\nContent-Type: application/json\r\n"
    return message(method, f"/api/v1/interviews/{row.pk}", headers, json.dumps(body).encode() if body else b"")


def form(**fields: str) -> bytes:
    return message("POST", "/survey", "Content-Type: application/x-www-form-urlencoded\r\n", urlencode(fields).encode())


def message(method: str, path: str, headers: str = "", body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def cpu_seconds(*pids: int) -> float:
    """User and system time of the processes and their descendants, also of those that have ended."""
    roots = [psutil.Process(pid) for pid in pids]
    return sum(_seconds(each) for root in roots for each in (root, *root.children(recursive=True)))


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:4]))  # user, system, and both of children that have ended
    return 0.0
