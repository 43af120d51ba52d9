"""Helpers for starting and watching processes."""

import os
import socket
import time
from collections.abc import Callable


class ServerError(RuntimeError):
    """A server is not available on this machine or did not start. The message contains its output."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Polls `check` until it returns True. Returns False after the timeout."""
    deadline = time.monotonic() + seconds
    while not (true := check()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return true


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
