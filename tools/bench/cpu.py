from collections.abc import Sequence

import psutil

from tools.bench import client
from tools.harness.processes import ServerError


def milliseconds_of(
    port: int, operation: client.Operation, pids: Sequence[int], *, seconds: float, connections: int
) -> list[float]:
    """Returns the time of each process tree for one request. Raises ServerError if a request is refused."""
    before = [seconds_of(pid) for pid in pids]
    result = client.run(port, operation, seconds=seconds, connections=connections)
    if result.refused:
        raise ServerError(f"{len(result.refused)} requests were refused, the first with: {result.refused[0].decode()}")
    return [(seconds_of(pid) - spent) * 1000 / len(result.times) for pid, spent in zip(pids, before, strict=True)]


def seconds_of(pid: int) -> float:
    """User and system time, also of descendants that have ended."""
    root = psutil.Process(pid)
    return sum(map(_seconds, [root, *root.children(recursive=True)]))


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
