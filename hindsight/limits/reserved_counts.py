"""Counts that this process has taken from a shared counter in advance, so that most requests need no round trip.

They are taken in blocks, and only in the first half of a limit. In the second half each request is counted on its own,
so that more requests than the limit never pass, and fewer by at most what other processes have left of their blocks.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

from hindsight.limits.memory import Memory

# A block is this part of the limit, so that limits below 2,000 have no blocks.
BLOCKS_OF_A_LIMIT = 1_000


def largest_block(limit: int) -> int:
    """1: there are no blocks."""
    return max(1, min(settings.RATE_LIMIT_BLOCK, limit // BLOCKS_OF_A_LIMIT))


@dataclass
class Reserved:
    """`last`: the newest known count of the counter. `counts`: what is left of the block, the next count last."""

    last: int = 0
    counts: list[int] = field(default_factory=list)
    # Held by the thread that takes the next block.
    lock: threading.Lock = field(default_factory=threading.Lock)


class ReservedCounts:
    def __init__(self) -> None:
        self.by_key: Memory[str, Reserved] = Memory()

    def take(self, key: str) -> int | None:
        """The next reserved count. Every count is returned once, whatever the thread."""
        reserved = self.by_key.get(key)
        try:
            return reserved.counts.pop() if reserved else None
        except IndexError:
            return None

    def reserve(self, key: str, limit: int, increase: Callable[[int], int | None]) -> int | None:
        """Takes a block of counts. Returns the first one, and keeps the others.

        `increase`: increments the counter by its argument, and returns the new value, or None if the store is
        unavailable. The block is one count for the first request, from half of the limit, and while another thread
        takes a block.
        """
        block = largest_block(limit)
        if block == 1:
            return increase(1)
        reserved = self.by_key.get(key)
        if reserved is None:
            self.by_key.add(key, reserved := Reserved())
        if not 0 < reserved.last < limit // 2 or not reserved.lock.acquire(blocking=False):
            last = increase(1)
            reserved.last = max(reserved.last, last or 0)
            return last
        try:
            if (last := increase(block)) is None:
                return None
            reserved.last = max(reserved.last, last)
            reserved.counts += range(last, last - block + 1, -1)
            return last - block + 1
        finally:
            reserved.lock.release()

    def clear(self) -> None:
        self.by_key.clear()
