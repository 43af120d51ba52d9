"""The CPU time of processes, from /proc: Linux only."""

import os
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def parent_of(pid: int) -> int:
    return _stat(pid)[0]


def seconds_of(root: int) -> float:
    """User and system time of a process, of those that it started, and of those of them that have ended."""
    stats = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stats[int(name)] = _stat(int(name))
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue
    found, new = set[int](), {root}
    while new:
        found |= new
        new = {pid for pid, (parent, _) in stats.items() if parent in new} - found
    return sum(stats[pid][1] for pid in found) / TICKS_A_SECOND


def _stat(pid: int) -> tuple[int, int]:
    """The parent, and the ticks used, with those of children that have ended. See proc_pid_stat(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15]))
