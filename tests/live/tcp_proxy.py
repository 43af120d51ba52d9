"""A TCP proxy that makes a store unavailable."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Literal
from urllib.parse import urlsplit

State = Literal["up", "hung", "down"]


class TcpProxy:
    """Forwards connections (up), accepts them without forwarding (hung), or closes its port (down)."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.clients: list[socket.socket] = []  # accepted so far
        self.state: State = "down"
        self.port = 0
        self.listener: socket.socket | None = None
        self.sockets: list[socket.socket] = []
        self.silent: set[socket.socket] = set()

    def url(self, target: str) -> str:
        """The target's URL with the address of the proxy."""
        parts = urlsplit(target)
        login = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{login}@127.0.0.1:{self.port}" if login else f"127.0.0.1:{self.port}").geturl()

    def set_state(self, state: State) -> None:
        """Closes all connections and changes the state."""
        self.state = "down"
        if self.listener:
            close(self.listener)
            self.listener = None
        while self.sockets:
            close(self.sockets.pop())
        self.state = state
        if state != "down":
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def withhold_responses(self) -> None:
        """On the connections so far. Requests are still forwarded."""
        self.silent = set(self.clients)

    def accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                client = listener.accept()[0]
                self.clients.append(client)
                self.sockets.append(client)
                if self.state == "up":
                    server = socket.create_connection(self.target)
                    self.sockets.append(server)
                    Thread(target=self.forward, args=(client, server), daemon=True).start()
                    Thread(target=self.forward, args=(server, client), daemon=True).start()

    def forward(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if sink not in self.silent:
                    sink.sendall(data)
        close(source)
        close(sink)


def close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # unlike close(), wakes blocked threads
    end.close()


@contextmanager
def tcp_proxy(target: str, state: State = "up") -> Iterator[TcpProxy]:
    parts = urlsplit(target)
    assert parts.hostname
    assert parts.port
    proxy = TcpProxy(parts.hostname, parts.port)
    proxy.set_state(state)
    try:
        yield proxy
    finally:
        proxy.set_state("down")
