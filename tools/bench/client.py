"""Persistent connections with one request at a time."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Called with the previous response on the connection.
MakeRequest = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Operation:
    """`statuses`: of the responses that count as a success."""

    make_request: MakeRequest
    statuses: tuple[int, ...] = (200,)


@dataclass
class Result:
    """`times` in seconds. `refused`: status lines of other responses than successes."""

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
        """Returns whether the response is complete."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("The server closed a connection.")
        self.response += part
        head, end, body = self.response.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return bool(end) and len(body) >= int(length or 0)  # a 304 has none


def run(port: int, operation: Operation, *, seconds: float, connections: int) -> Result:
    result, started = Result(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in [Connection(port) for _ in range(connections)]:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(operation.make_request(b""))
        while selector.get_map():
            for key, _ in selector.select():
                connection = key.data
                if not connection.receive():
                    continue
                now = time.perf_counter()
                result.times.append(now - connection.sent_at)
                status_line = connection.response.partition(b"\r\n")[0]
                if int(status_line.split()[1]) not in operation.statuses:
                    result.refused.append(status_line)
                if now - started < seconds:
                    connection.send(operation.make_request(connection.response))
                else:
                    selector.unregister(connection.socket)
                    connection.socket.close()
    result.seconds = time.perf_counter() - started
    return result
