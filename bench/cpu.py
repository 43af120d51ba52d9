"""CPU time of process trees."""

import psutil


def seconds_of(pid: int) -> float:
    """User and system time of a process and its descendants, ended ones included."""
    root = psutil.Process(pid)
    return sum(map(_seconds, [root, *root.children(recursive=True)]))


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
