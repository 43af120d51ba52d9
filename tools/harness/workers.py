import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from hindsight.server.serve import end_with_parent

ROOT = Path(__file__).resolve().parents[2]


def start_worker(
    database_url: str, log: IO[bytes], command: Sequence[str] = ("run_worker",), **environment: str
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, "HINDSIGHT_ENV": "development", "DATABASE_URL": database_url, **environment},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
