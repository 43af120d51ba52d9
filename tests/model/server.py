"""Runs serve.py in its own process."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-model" / "bin" / "python"
START_SECONDS = 60
STOP_SECONDS = 10


class ModelServerError(RuntimeError):
    """The server did not start."""


@contextmanager
def model_server(threads: int) -> Iterator[str]:
    """Yields a PAIGE_BASE_URL."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [PYTHON, Path(__file__).with_name("serve.py"), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # not reached by Ctrl-C
        )
        try:
            address = _first_line(process)
            if not address:
                log.seek(0)
                raise ModelServerError(f"The model server did not start:\n{log.read().decode(errors='replace')}")
            yield f"{address}/v1"
        finally:
            _stop(process)


def _first_line(process: subprocess.Popen[str]) -> str:
    """The address of the server. Empty if it did not start in time."""
    assert process.stdout
    timer = Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        return process.stdout.readline().strip()
    finally:
        timer.cancel()


def _stop(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
