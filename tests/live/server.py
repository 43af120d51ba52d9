"""The server as `make run` starts it: real processes, signals and sockets."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.servers import end_with_parent

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = [sys.executable, "scripts/serve.py"]
# The script without its migrations, which take a second, and without the demo data.
SERVE = [
    sys.executable,
    "-c",
    "import os, sys; from scripts.serve import serve; sys.exit(serve('127.0.0.1', os.environ['PORT']))",
]


def eventually(check: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Whether `check` comes true before the time is up."""
    deadline = time.monotonic() + seconds
    while not (true := check()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return true


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log_file: Path

    @property
    def log(self) -> str:
        """All that the server has written to standard output and standard error so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def workers(self) -> list[int]:
        """The process ids of all workers that were ever started, in their order."""
        return [int(pid) for pid in re.findall(r"Spawning worker-\d+ with PID: (\d+)", self.log)]

    @property
    def processes(self) -> list[int]:
        """The one that was started, and those that it started."""
        main = re.findall(r"main PID: (\d+)", self.log)
        return [self.process.pid, *map(int, main), *self.workers]

    def is_up(self, workers: int) -> bool:
        """Whether so many workers have started and one of them answers."""
        assert self.process.poll() is None, self.log
        return len(re.findall(r"Started worker-\d+", self.log)) >= workers and self.is_healthy()

    def is_healthy(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> int:
        """Asks the server to end and returns its exit status; kills what is left after ten seconds."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            for pid in filter(is_running, self.processes):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
            raise


@contextmanager
def serving(
    log_file: Path, environment: Mapping[str, str], *, workers: int, command: list[str] = SERVE
) -> Iterator[Server]:
    """A server until the end of the block."""
    port = free_port()
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={
                **os.environ,
                "HINDSIGHT_ENV": "development",
                "REDIS_URL": "",
                "PYTHONUNBUFFERED": "1",
                "PORT": str(port),
                "WEB_CONCURRENCY": str(workers),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
    server = Server(process, port, log_file)
    try:
        assert eventually(lambda: server.is_up(workers), seconds=30), server.log
        yield server
    finally:
        if process.poll() is None:
            server.stop()
