"""How many requests an org has sent per day (UTC)."""

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hindsight.limits.counters import counters
from hindsight.limits.day_counts import DayCount, day_of
from hindsight.limits.rate_limits import Usage

requests, refused = COUNTS = DayCount("requests"), DayCount("refused")


class Use(NamedTuple):
    requests: int
    refused: int


def count_use(org: str, usage: Usage) -> None:
    for count in COUNTS if usage.exceeded else (requests,):
        count.add(org, 1)
        count.today(org)


def use_of(orgs: Iterable[str], *, days_ago: int = 0) -> Mapping[str, Use] | None:
    """Returns None if the store is unavailable."""
    day, store = day_of(int(time.time())) - days_ago, counters()
    keys = {org: [count.key(org, day) for count in COUNTS] for org in orgs}
    wanted = [key for of_org in keys.values() for key in of_org]
    found = store.unless_unavailable(lambda: store.get_many(wanted))
    if found is None:
        return None
    return {org: Use(*(found.get(key, 0) for key in of_org)) for org, of_org in keys.items()}
