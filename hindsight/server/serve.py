"""Prepares the database, and serves Hindsight until Ctrl-C or SIGTERM. docs/operations.md lists the variables."""

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
WORKER_CHECK_SECONDS = 1
WORKER_STOP_SECONDS = 20  # a webhook takes at most 15 s
# The default, and the smallest value.
NUMBERS = {"PORT": (8000, 1), "WEB_CONCURRENCY": (2, 1), "WEB_THREADS": (4, 1), "TASK_WORKERS": (1, 0)}


def refuse_a_taken_address(host: str, port: str) -> None:
    """Granian would not notice an address in use: it binds with SO_REUSEPORT."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address[0], int(port)))
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(f"Cannot serve at {host}, port {port}: {error}\nChoose another port: PORT=8001 make run")


def refuse_a_metrics_address_in_use(port: str) -> None:
    """The kernel would divide connections to one port between both servers."""
    metrics_host, _, metrics_port = os.environ.get("METRICS_ADDRESS", "").rpartition(":")
    if not metrics_host:
        return
    if metrics_port.isdecimal() and int(metrics_port) == int(port):
        sys.exit("METRICS_ADDRESS needs another port than PORT.")
    refuse_a_taken_address(metrics_host.strip("[]"), metrics_port)


def refuse_a_public_address(host: str) -> None:
    is_allowed = "public_host" in os.environ.get("HINDSIGHT_ALLOW", "").split(",")
    if is_allowed or os.environ["HINDSIGHT_ENV"] != "production" or os.environ.get("TRUSTED_PROXIES"):
        return
    try:
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        sys.exit(
            f"Refused to serve at {host} in production: the server speaks plain HTTP. Name the reverse proxy in "
            "TRUSTED_PROXIES, or set HINDSIGHT_ALLOW=public_host."
        )


def number_of(name: str) -> int:
    default, least = NUMBERS[name]
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < least:
        sys.exit(f"{name} must be a whole number of at least {least}, such as {default}, not {text!r}.")
    return int(text)


def command(host: str, port: str) -> list[str]:
    return [
        *(sys.executable, "-m", "hindsight.server.prefork"),
        *("hindsight.server.serve:load_application", "--factory", "--interface", "rsgi"),
        *("--host", host, "--port", port, "--http", "1", "--no-ws", "--no-access-log"),
        *("--workers", str(number_of("WEB_CONCURRENCY"))),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        *(() if os.environ.get("HINDSIGHT_ENV") == "development" else ("--log-config", "hindsight/server/logs.json")),
    ]


def remember_development() -> None:
    file = ROOT / ".env"
    if not file.exists():
        file.write_text("HINDSIGHT_ENV=development\n")


def serve(host: str, port: str, *, prepare: bool = False) -> int:
    with shared_metrics():
        return run_granian(host, port, prepare=prepare)


@contextmanager
def shared_metrics() -> Iterator[None]:
    if not os.environ.get("METRICS_ADDRESS"):
        yield
        return
    with TemporaryDirectory(prefix="hindsight-metrics-", ignore_cleanup_errors=True) as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        yield


def run_granian(host: str, port: str, *, prepare: bool) -> int:
    """Runs granian, again if its workers crash.

    `prepare`: granian's process first migrates the database, because it has imported the application (workers.py).
    """
    raise_file_limit()
    is_stopping = False
    workers = TaskWorkers(number_of("TASK_WORKERS"))

    def stop(number: int, frame: object) -> None:
        nonlocal is_stopping
        is_stopping = True
        server.terminate()
        workers.terminate()

    starts: list[float] = []
    while True:
        starts.append(time.monotonic())
        is_preparing = prepare and len(starts) == 1
        server, prepared = start_granian(host, port, prepare=is_preparing)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        if is_stopping:  # stop() has terminated the server before
            server.terminate()
        with prepared:
            is_prepared = bool(prepared.read())  # waits
        status = workers.run_until_end_of(server) if is_prepared else server.wait()
        if is_stopping or (is_preparing and not is_prepared) or not may_restart(starts):
            workers.stop()
            return status
        print("granian has ended. Starting it again.", file=sys.stderr, flush=True)  # noqa: T201


def start_granian(host: str, port: str, *, prepare: bool) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """Returns the process, and a pipe to which it writes when it is about to serve.

    Granian has a session of its own, because workers hang if Ctrl-C reaches them twice (decision 4).
    """
    reader, writer = os.pipe()
    process = subprocess.Popen(  # noqa: S603
        command(host, port),
        cwd=ROOT,
        env={**os.environ, "PREPARED_PIPE": str(writer), "PREPARE": "true" if prepare else ""},
        stdin=subprocess.DEVNULL,
        pass_fds=[writer],
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
    os.close(writer)
    return process, os.fdopen(reader, "rb")


class TaskWorkers:
    def __init__(self, count: int) -> None:
        self.count = count
        self.processes: list[subprocess.Popen[bytes]] = []
        self.is_stopping = False

    def run_until_end_of(self, server: subprocess.Popen[bytes]) -> int:
        while True:
            self.replace_ended()
            with suppress(subprocess.TimeoutExpired):
                return server.wait(WORKER_CHECK_SECONDS)

    def replace_ended(self) -> None:
        if self.is_stopping:
            return
        self.processes = [process for process in self.processes if process.poll() is None]
        while len(self.processes) < self.count:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "manage.py", "run_worker"],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    preexec_fn=end_with_parent(signal.SIGTERM),
                )
            )

    def terminate(self) -> None:
        self.is_stopping = True
        for process in self.processes:
            process.terminate()

    def stop(self) -> None:
        self.terminate()
        for process in self.processes:
            try:
                process.wait(WORKER_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def may_restart(starts: Sequence[float]) -> bool:
    """Granian ends if a worker dies twice within 5.5 s. An end after less than 2 s is a failed start.

    `starts`: monotonic times.
    """
    now = time.monotonic()
    return now - starts[-1] > 2 and sum(now - start < 60 for start in starts) < 4


def raise_file_limit() -> None:
    """Each connection is a file. The usual soft limit is 1,024."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """A preexec_fn. The kernel sends the signal to the child when its parent dies."""
    if sys.platform != "linux":
        return None
    prctl, set_parent_death_signal = ctypes.CDLL(None).prctl, 1  # not after the fork

    def request_signal() -> None:
        prctl(set_parent_death_signal, number)

    return request_signal


def load_application() -> Any:
    """Called in each worker. A worker that outlived granian would keep the port."""
    if request_signal := end_with_parent(signal.SIGTERM):
        request_signal()
    return import_module("hindsight.rsgi").create_gateway(threads=number_of("WEB_THREADS"))


def prepare_database() -> int:
    try:
        return subprocess.run([sys.executable, "-m", "hindsight.server.prepare"], cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 130


def reload_on_changes(host: str, port: str) -> None:
    os.environ.setdefault("DEBUG", "true")
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "manage.py", "runserver", address])  # noqa: S606


def main(arguments: Sequence[str]) -> int:
    # Whatever .env says: `make run` asks for development by name.
    os.environ.setdefault("HINDSIGHT_ENV", "production")
    os.environ["PYTHONUNBUFFERED"] = "1"
    numbers = {name: number_of(name) for name in NUMBERS}  # an invalid one ends the process before it migrates
    host, port = os.environ.get("HOST") or "127.0.0.1", str(numbers["PORT"])
    refuse_a_public_address(host)
    refuse_a_taken_address(host, port)
    refuse_a_metrics_address_in_use(port)
    if os.environ["HINDSIGHT_ENV"] == "development":
        remember_development()
    if "--reload" in arguments:
        if status := prepare_database():
            return status
        reload_on_changes(host, port)
    return serve(host, port, prepare=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
