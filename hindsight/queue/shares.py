"""Which lanes get the free threads (decision 46)."""

from collections import Counter
from collections.abc import Iterator, Sequence
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


def share_out(lanes: Sequence[Lane], leased: Sequence[Lane], free: int, shares: Shares) -> Iterator[Lane]:
    """Yields at most `free` lanes that get a thread.

    Lanes that are not slow come first, then those whose org has the fewest leased rows, then the given order.
    """
    keys = {lane.key for lane in leased}
    orgs = Counter(lane.org_id for lane in leased)
    slow = sum(lane.is_slow for lane in leased)
    for lane in sorted(lanes, key=lambda lane: (lane.is_slow, orgs[lane.org_id])):
        if not free:
            return
        if lane.key in keys or orgs[lane.org_id] >= shares.org or (lane.is_slow and slow >= shares.slow):
            continue
        orgs[lane.org_id] += 1
        slow += lane.is_slow
        free -= 1
        yield lane
