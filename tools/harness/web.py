import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import requests

from hindsight.server.shutdown import end_with_parent
from tools.harness.processes import ServerError, eventually, free_port, is_running

START_SECONDS = 60  # on a busy machine, migrations of an empty database take half a minute
STOP_SECONDS = 10
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = [sys.executable, "-m", "hindsight.server.serve"]
# Without migrations and demo data.
SERVE = [sys.executable, "-c", "from hindsight.server.serve import serve; serve()"]


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def workers(self) -> list[int]:
        return [int(pid) for pid in re.findall(r"Spawning worker-\d+ with PID: (\d+)", self.log)]

    @property
    def processes(self) -> list[int]:
        return [self.process.pid, *self.workers]

    def is_up(self, workers: int) -> bool:
        """Raises ServerError if the server has ended."""
        if self.process.poll() is not None:
            raise ServerError(f"The server has ended:\n{self.log}")
        # Granian logs a second line for each worker: "Started worker-1 runtime-1".
        started = re.findall(r"Started worker-\d+\b(?! runtime)", self.log)
        return len(started) >= workers and self.is_healthy()

    def is_healthy(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> int:
        """Returns the exit status. After STOP_SECONDS, kills the server and raises TimeoutExpired."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in filter(is_running, self.processes):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
            raise


@contextmanager
def serving(
    log_file: Path,
    environment: Mapping[str, str],
    *,
    workers: int,
    command: list[str] = SERVE,
    port: int | None = None,
    root: Path = ROOT,
) -> Iterator[Server]:
    """Runs a server of the code in `root`; `environment` extends the caller's. Raises ServerError."""
    port = port or free_port()
    own = {"HINDSIGHT_ENV": "development", "REDIS_URL": "", "PYTHONUNBUFFERED": "1"}
    numbers = {"PORT": str(port), "WEB_CONCURRENCY": str(workers)}
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, **own, **numbers, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
    server = Server(process, port, log_file)
    try:
        if not eventually(lambda: server.is_up(workers), seconds=START_SECONDS):
            raise ServerError(f"The server did not start:\n{server.log}")
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def start_worker(database_url: str, log: IO[bytes], **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "run_worker"],
        cwd=ROOT,
        env={**os.environ, "HINDSIGHT_ENV": "development", "DATABASE_URL": database_url, **environment},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
