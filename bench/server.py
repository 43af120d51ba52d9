"""The project, served as scripts/serve serves it."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scripts.serve import command
from tests.servers import end_with_parent

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
STOP_SECONDS = 15


class Server(NamedTuple):
    port: int
    pid: int


@contextmanager
def serving(directory: Path, *, workers: int) -> Iterator[Server]:
    """A server before the stores that the environment names, until the end of the block."""
    port, log = _spare_port(), directory / "server.log"
    os.environ["WEB_CONCURRENCY"] = str(workers)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("127.0.0.1", str(port)),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_up(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # its workers are of its session
        process.wait()


def _is_up(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
