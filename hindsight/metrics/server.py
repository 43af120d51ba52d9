"""Serves /metrics at an address of its own (decision 49)."""

import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from socketserver import TCPServer
from threading import Thread, Timer
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import REGISTRY, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
# How long a client may hold the only thread. Prometheus waits 10 s by default.
CONNECTION_SECONDS = 5


def serve_metrics(host: str, port: int, *collectors: Collector) -> None:
    """Raises OSError if the address is in use."""
    server = make_server(
        host, port, metrics_application(collectors), server_class=_server_class(host), handler_class=_Handler
    )
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def is_shared() -> bool:
    """Whether other processes share the counters and the address: the kernel chooses one for each connection."""
    return DIRECTORY in os.environ


def metrics_application(collectors: Iterable[Collector]) -> "_Metrics":
    registry = CollectorRegistry()
    registry.register(_Processes() if is_shared() else _Process())
    for collector in collectors:
        registry.register(collector)
    return _Metrics(registry)


class _Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.exposition: WSGIApplication = make_wsgi_app(registry)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/metrics" and environ["REQUEST_METHOD"] == "GET":
            return self.exposition(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"See /metrics\n"]


class _Process(Collector):
    def collect(self) -> Iterable[Metric]:
        return REGISTRY.collect()


class _Processes(Collector):
    def __init__(self) -> None:
        self.directory = Path(os.environ[DIRECTORY])

    def collect(self) -> Iterable[Metric]:
        self._forget_ended_processes()
        files = [str(file) for file in self.directory.glob("*.db") if _is_filled(file)]
        metrics: Iterable[Metric] = MultiProcessCollector.merge(files)
        return metrics

    def _forget_ended_processes(self) -> None:
        """Deletes their gauges. Counters stay, because a counter must not decrease."""
        for file in self.directory.glob("gauge_live*_*.db"):
            pid = int(file.stem.rpartition("_")[2])
            if not _is_running(pid):
                with suppress(FileNotFoundError):  # another process was faster
                    mark_process_dead(pid, str(self.directory))


def _is_filled(file: Path) -> bool:
    """The library cannot read a file that a process has just created."""
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:  # ended, or a process of another user has its id
        return False
    return True


class _Handler(WSGIRequestHandler):
    def handle(self) -> None:
        """A time-out of the socket would start again with each byte."""
        cut_off = Timer(CONNECTION_SECONDS, self._cut_off)
        cut_off.daemon = True
        cut_off.start()
        try:
            super().handle()
        finally:
            cut_off.cancel()

    def _cut_off(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Logs no scrapes."""


def _server_class(host: str) -> type[WSGIServer]:
    class Server(WSGIServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        allow_reuse_port = is_shared()

        def server_bind(self) -> None:
            """Skips the base class' getfqdn(), which can wait for a name server."""
            TCPServer.server_bind(self)
            self.server_name, self.server_port = host, self.server_address[1]
            self.setup_environ()

        def handle_error(self, *args: object) -> None:
            """Clients may have gone."""

    return Server
