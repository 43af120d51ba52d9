import signal
import socket
import sys
import time
from collections.abc import Callable

import psutil


class ServerError(RuntimeError):
    """A server cannot be started."""


def interrupt_on_signals() -> None:
    """SIGINT and SIGTERM raise KeyboardInterrupt. Shells start background jobs with SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def exit_status(run: Callable[[], int | None]) -> int:
    """Runs a tool. Prints an error of a server or a file in one line on stderr. An interrupt ends what it started."""
    interrupt_on_signals()
    try:
        return run() or 0
    except (RuntimeError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Polls `check`. Returns False on timeout."""
    deadline = time.monotonic() + seconds
    while not (true := check()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return true


def is_running(pid: int) -> bool:
    return bool(psutil.pid_exists(pid))
