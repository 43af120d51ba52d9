import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from threading import Event, Thread
from typing import NamedTuple

import requests

ACKNOWLEDGED, EXPECTED = {200, 201}, {200, 201, 429, 503}
SECONDS_BETWEEN_WRITES, SECONDS_BEFORE_REPEAT = 0.1, 0.2
# Seconds. Longer than the time limits of the server: after a timeout, the server could still store a write that the
# client repeats.
TIMEOUT = 60
POSTS = 5  # one write in this many

# The status, or the name of the connection's error, and its time.monotonic().
Response = tuple[int | str, float]


@dataclass
class Write:
    """`text` is unique. `interview_request_id`: of a POST, what its response says."""

    text: str
    interview_request_id: int | None = None
    is_post: bool = False
    is_acknowledged: bool = False


class Customer(NamedTuple):
    """`rows`: ids of interview requests that no other client writes to, one contact each."""

    key: str
    interview_type_id: str
    rows: Sequence[int]


class Client(Thread):
    """Repeats each write until it is acknowledged."""

    def __init__(self, number: int, port: int, customer: Customer, responses: list[Response]) -> None:
        super().__init__(daemon=True)
        self.number, self.customer, self.responses = number, customer, responses
        self.base = f"http://127.0.0.1:{port}/api/v1/interviews"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {customer.key}"
        self.writes: list[Write] = []
        self.stopping = Event()

    def run(self) -> None:
        for number in count():
            if self.stopping.wait(SECONDS_BETWEEN_WRITES):
                return
            text, row = f"client {self.number}, write {number}", self.customer.rows[number % len(self.customer.rows)]
            write = Write(text, is_post=True) if number % POSTS == 0 else Write(text, row)
            self.writes.append(write)
            while self.send(write) not in ACKNOWLEDGED and not self.stopping.wait(SECONDS_BEFORE_REPEAT):
                pass

    def send(self, write: Write) -> int | str:
        status: int | str
        try:
            response = self.post(write) if write.is_post else self.patch(write)
            status = response.status_code
            if status in ACKNOWLEDGED:
                write.is_acknowledged, write.interview_request_id = True, response.json()["interview_request_id"]
        except requests.RequestException as error:
            status = type(error).__name__
        self.responses.append((status, time.monotonic()))
        return status

    def post(self, write: Write) -> requests.Response:
        email, kind = f"client{self.number}@example.com", self.customer.interview_type_id
        body = {"contact_email": email, "interview_type_id": kind, "deal_id": write.text}
        headers = {"Idempotency-Key": write.text.replace(" ", "-")}
        return self.session.post(self.base, json=body, headers=headers, timeout=TIMEOUT)

    def patch(self, write: Write) -> requests.Response:
        body = {"objective": write.text, "contact_context": write.text}
        return self.session.patch(f"{self.base}/{write.interview_request_id}", json=body, timeout=TIMEOUT)
