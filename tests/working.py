"""Does what a worker does, in the thread of the test."""

from typing import Any

from hindsight.queue.kinds import KINDS
from hindsight.queue.lease import lease
from hindsight.queue.shares import Turns


def work_off(kind: str) -> int:
    """Leases and runs what is due, until nothing is. Returns the number of rows that were run."""
    count, turns = 0, Turns()
    while rows := leased(kind, turns=turns):
        for row in rows:
            KINDS[kind].run(row)
            count += 1
    return count


def leased(kind: str, free: int = 100, turns: Turns | None = None) -> list[Any]:
    return lease(KINDS[kind], free, turns or Turns())
