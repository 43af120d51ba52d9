"""The network between the server and its stores, to be cut."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Literal
from urllib.parse import urlsplit

State = Literal["plugged", "hung", "cut"]


class Cable:
    """A port that leads to another one; or takes connections and never answers; or is closed."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.connections = 0  # how many it has taken
        self.state: State = "cut"
        self.port = 0
        self.listener: socket.socket | None = None
        self.sockets: list[socket.socket] = []

    def url(self, target: str) -> str:
        """The URL of a store, by way of this cable."""
        parts = urlsplit(target)
        login = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{login}@127.0.0.1:{self.port}" if login else f"127.0.0.1:{self.port}").geturl()

    def turn(self, state: State) -> None:
        """Drops all connections, and treats new ones so."""
        self.state = "cut"
        if self.listener:
            hang_up(self.listener)
            self.listener = None
        while self.sockets:
            hang_up(self.sockets.pop())
        self.state = state
        if state != "cut":
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener's end
            while True:
                near = listener.accept()[0]
                self.connections += 1
                self.sockets.append(near)
                if self.state == "plugged":
                    far = socket.create_connection(self.target)
                    self.sockets.append(far)
                    Thread(target=pump, args=(near, far), daemon=True).start()
                    Thread(target=pump, args=(far, near), daemon=True).start()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    hang_up(source)
    hang_up(sink)


def hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # wakes those who wait for it, as closing would not
    end.close()


@contextmanager
def cable(target: str, state: State = "plugged") -> Iterator[Cable]:
    """A cable to the store of this URL, in that state."""
    parts = urlsplit(target)
    assert parts.hostname
    assert parts.port
    new = Cable(parts.hostname, parts.port)
    new.turn(state)
    try:
        yield new
    finally:
        new.turn("cut")
