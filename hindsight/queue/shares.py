"""Which lanes get the free threads (decision 46)."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Lane(NamedTuple):
    """Rows that are worked on one at a time. `org_id`: None if the rows belong to several orgs."""

    key: int | None
    org_id: int | None
    is_slow: bool = False


@dataclass(frozen=True)
class Shares:
    """How many rows may be leased at a time: of an org, and of all slow lanes together."""

    org: int
    slow: int = 0


class Turns:
    """When a worker last served each org and each lane, as numbers that grow. 0: never."""

    def __init__(self) -> None:
        self._latest = 0
        self._turns: dict[Hashable, int] = {}

    def last(self, lane: Lane) -> tuple[int, int]:
        return self._turns.get(lane.org_id, 0), self._turns.get(lane, 0)

    def take(self, lane: Lane) -> None:
        self._latest += 1
        self._turns[lane.org_id] = self._turns[lane] = self._latest


def share_out(lanes: Sequence[Lane], leased: Sequence[Lane], free: int, shares: Shares, turns: Turns) -> Iterator[Lane]:
    """Yields at most `free` lanes that get a thread.

    Lanes that are not slow come first, then those whose org has the fewest leased rows, then those whose org was served
    least recently, then the lane that was, then the given order. So an org with many rows waits for others after each.
    """
    keys = {lane.key for lane in leased}
    orgs = Counter(lane.org_id for lane in leased)
    slow = sum(lane.is_slow for lane in leased)
    waiting = [lane for lane in lanes if lane.key not in keys]
    for _ in range(free):
        may_have = [
            lane for lane in waiting if orgs[lane.org_id] < shares.org and not (lane.is_slow and slow >= shares.slow)
        ]
        if not may_have:
            return
        lane = min(may_have, key=lambda lane: (lane.is_slow, orgs[lane.org_id], turns.last(lane)))
        waiting.remove(lane)
        orgs[lane.org_id] += 1
        slow += lane.is_slow
        turns.take(lane)
        yield lane
