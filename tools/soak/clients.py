import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Event, Thread
from typing import Any

from tools.soak.ledger import Kind, Ledger, Write

ACKNOWLEDGED = {200, 201}
REPEATED = {429, 502, 503, 504}
SECONDS_BEFORE_REPEAT = 0.2
# Seconds. Longer than the time limits of the server: after a timeout, the server could still store a write that the
# client repeats.
TIMEOUT = 60
POSTS = 5  # one write in this many


def is_unexpected(status: int | str) -> bool:
    """Connections may fail with any error."""
    return isinstance(status, int) and status not in ACKNOWLEDGED | REPEATED


@dataclass(frozen=True)
class Customer:
    """`rows`: ids of interview requests, one contact each."""

    org_id: int
    key: str
    interview_type_id: str
    rows: Sequence[int]


class Client(Thread):
    """Writes to rows that no other client writes to, so that each text is written once."""

    def __init__(self, number: int, port: int, customer: Customer, ledger: Ledger, seconds_per_write: float) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self.number = number
        self.port = port
        self.customer = customer
        self.ledger = ledger
        self.seconds_per_write = seconds_per_write
        self.stopping = Event()
        self.connection: HTTPConnection | None = None

    def start_once(self) -> None:
        if self.ident is None:
            self.start()

    def run(self) -> None:
        next_at = time.monotonic()
        for number in count():
            if self.stopping.wait(max(0.0, next_at - time.monotonic())):
                return
            write = self.new_write(number)
            self.ledger.add(write)
            self.deliver(write)
            # After an outage, what was missed is not made up for.
            next_at = max(next_at, time.monotonic() - self.seconds_per_write) + self.seconds_per_write

    def new_write(self, number: int) -> Write:
        text = f"client {self.number}, write {number}"
        if number % POSTS == 0:
            return Write(Kind.POST, text)
        return Write(Kind.PATCH, text, self.customer.rows[number % len(self.customer.rows)])

    def deliver(self, write: Write) -> None:
        """Gives up only if the run ends."""
        while True:
            started = time.monotonic()
            status, body = self.send(write)
            write.is_acknowledged = status in ACKNOWLEDGED
            if write.is_acknowledged:
                write.interview_request_id = json.loads(body)["interview_request_id"]
            self.ledger.record_response(write, status, started=started)
            if write.is_acknowledged or is_unexpected(status):
                return
            if self.stopping.wait(SECONDS_BEFORE_REPEAT):
                return

    def send(self, write: Write) -> tuple[int | str, bytes]:
        """Returns the status, or the name of the connection's error."""
        self.connection = self.connection or HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            self.connection.request(*self.request(write))
            response = self.connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException) as error:
            self.connection.close()
            self.connection = None
            return type(error).__name__, b""

    def request(self, write: Write) -> tuple[str, str, str, dict[str, str]]:
        headers = {"Authorization": f"Bearer {self.customer.key}", "Content-Type": "application/json"}
        path = "/api/v1/interviews"
        body: dict[str, Any]
        if write.kind is Kind.POST:
            headers["Idempotency-Key"] = write.text.replace(" ", "-")
            body = {
                "contact_email": f"client{self.number}@example.com",
                "interview_type_id": self.customer.interview_type_id,
                "deal_id": write.text,
            }
        else:
            path += f"/{write.interview_request_id}"
            body = {"objective": write.text, "contact_context": write.text}
        return write.kind, path, json.dumps(body), headers
