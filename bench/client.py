"""The load generator: persistent connections with one request at a time."""

import json
import random
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# Gets the previous response on the connection, empty for the first request.
MakeRequest = Callable[[bytes], bytes]


@dataclass
class Result:
    """`times` in seconds. `refused`: status lines other than 200."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def milliseconds(self, quantile: float) -> float:
        return sorted(self.times)[int(quantile * (len(self.times) - 1))] * 1000


class Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.response = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.response, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Reads available bytes. Returns whether the response is complete."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("The server closed a connection.")
        self.response += part
        head, end, body = self.response.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return bool(end) and len(body) >= int(length)


def run(port: int, make_request: MakeRequest, *, seconds: float, connections: int) -> Result:
    """Sends the next request on a connection when its response has arrived."""
    result, started = Result(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in [Connection(port) for _ in range(connections)]:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(make_request(b""))
        while selector.get_map():
            for key, _ in selector.select():
                connection = key.data
                if not connection.receive():
                    continue
                now = time.perf_counter()
                result.times.append(now - connection.sent_at)
                if not connection.response.startswith(b"HTTP/1.1 200 "):
                    result.refused.append(connection.response.partition(b"\r\n")[0])
                if now - started < seconds:
                    connection.send(make_request(connection.response))
                else:
                    selector.unregister(connection.socket)
                    connection.socket.close()
    result.seconds = time.perf_counter() - started
    return result


class Requests:
    """HTTP requests to random interview requests of one org."""

    def __init__(self, key: str, first_id: int, last_id: int, etags: Mapping[int, str]) -> None:
        self.key = key
        self.ids = (first_id, last_id)
        self.etags = deque(etags.items())
        self.random = random.Random(1)

    def get(self, previous: bytes) -> bytes:
        return self.message("GET", self.random.randint(*self.ids))

    def patch(self, previous: bytes) -> bytes:
        return self.message("PATCH", self.random.randint(*self.ids), self.changes())

    def patch_if_match(self, previous: bytes) -> bytes:
        """Sends the ETag of the last PATCH of the same interview request. The id is in no other request meanwhile."""
        if previous:
            head, _, body = previous.partition(b"\r\n\r\n")
            [etag] = [line[6:] for line in head.decode().split("\r\n") if line.lower().startswith("etag: ")]
            self.etags.append((json.loads(body)["interview_request_id"], etag))
        request_id, etag = self.etags.popleft()
        return self.message("PATCH", request_id, self.changes(), f"If-Match: {etag}\r\n")

    def changes(self) -> bytes:
        """40% replace the notes, 30% the objective, 30% everything."""
        number = self.random.randrange(10**6)
        context = {"title": "CTO", "evaluation_notes": f"Completed a 30-day POC, main concern is pricing; {number}"}
        objective = f"Understand why pricing was the blocker; {number}"
        kind = self.random.random()
        body: dict[str, object]
        if kind < 0.4:
            body = {"contact_context": context}
        elif kind < 0.7:
            body = {"objective": objective}
        else:
            body = {"contact_context": context, "contact_name": f"Jane Smith {number}", "objective": objective}
        return json.dumps(body).encode()

    def message(self, method: str, request_id: int, body: bytes = b"", headers: str = "") -> bytes:
        head = (
            f"{method} /api/v1/interviews/{request_id} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
            f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
