"""Counts that this process has taken from a shared counter in advance, so that most requests need no round trip.

They are taken in blocks, and only in the first half of a limit. In the second half each request is counted on its own,
so that more requests than the limit never pass, and fewer by at most what other processes have left of their blocks.
"""

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
    """`last`: the newest known count of the counter. `counts`: what is left of the blocks, the next count last."""

    last: int = 0
    counts: list[int] = field(default_factory=list)


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

    def block(self, key: str, limit: int) -> int:
        """By how much to increment the counter next: 1 until its count is known, and from half of the limit."""
        reserved = self.by_key.get(key)
        return largest_block(limit) if reserved and reserved.last < limit // 2 else 1

    def add(self, key: str, last: int, block: int, limit: int) -> int:
        """The counter was incremented by `block`, to `last`. Returns the first of these counts and keeps the others."""
        if largest_block(limit) > 1:
            reserved = self.by_key.get(key)
            if reserved is None:
                self.by_key.add(key, reserved := Reserved())
            reserved.last = max(reserved.last, last)
            reserved.counts += range(last, last - block + 1, -1)
        return last - block + 1

    def clear(self) -> None:
        self.by_key.clear()
