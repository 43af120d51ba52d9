"""Serves /metrics at an address of its own (decision 49)."""

import os
import socket
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from socketserver import TCPServer
from threading import Thread, Timer
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from hindsight import __version__

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
# How long a client may hold the only thread. Prometheus waits 10 s by default.
CONNECTION_SECONDS = 5


def serve_metrics(host: str, port: int, *collectors: Collector) -> None:
    """Raises OSError if the address is in use."""
    registry = CollectorRegistry()
    for collector in (_Processes() if is_shared() else REGISTRY, _Build(), *collectors):
        registry.register(collector)
    exposition: WSGIApplication = make_wsgi_app(registry)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/metrics" and environ["REQUEST_METHOD"] == "GET":
            return exposition(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"See /metrics\n"]

    server = make_server(host, port, application, server_class=_server_class(host), handler_class=_Handler)
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def is_shared() -> bool:
    """Whether other processes share the counters and the address: the kernel chooses one for each connection."""
    return DIRECTORY in os.environ


class _Build(Collector):
    """`commit` is empty without a checkout of git, such as in the image."""

    def __init__(self) -> None:
        command = ["git", "rev-parse", "HEAD"]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
            commit = done.stdout.strip()
        except OSError:
            commit = ""
        self.build = GaugeMetricFamily("hindsight_build_info", "What runs.", labels=["version", "commit"])
        self.build.add_metric([__version__, commit], 1)

    def collect(self) -> Iterable[Metric]:
        return [self.build]


class _Processes(Collector):
    """The sums of all processes, and CPU and memory of each. The library's sums do not contain the latter."""

    def __init__(self) -> None:
        self.directory = Path(os.environ[DIRECTORY])

    def collect(self) -> Iterable[Metric]:
        self._forget_ended_processes()
        files = [str(file) for file in self.directory.glob("*.db") if _is_filled(file)]
        yield from MultiProcessCollector.merge(files)
        yield from _resources(sorted({file.rpartition("_")[2].removesuffix(".db") for file in files}))

    def _forget_ended_processes(self) -> None:
        """Deletes their gauges. Counters stay, because a counter must not decrease."""
        for file in self.directory.glob("gauge_live*_*.db"):
            pid = int(file.stem.rpartition("_")[2])
            if not _is_running(pid):
                with suppress(FileNotFoundError):  # another process was faster
                    mark_process_dead(pid, str(self.directory))


def _resources(pids: Iterable[str]) -> Iterable[Metric]:
    """process_cpu_seconds_total and others, with the label `pid`, of the processes that are running."""
    metrics: dict[str, Metric] = {}
    for pid in pids:
        for metric in ProcessCollector(pid=partial(str, pid), registry=None).collect():
            samples = [sample._replace(labels={"pid": pid}) for sample in metric.samples]
            metrics.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type)).samples += samples
    return metrics.values()


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
