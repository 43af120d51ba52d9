"""How much of its rate limit an org uses: requests by hour and by day (UTC)."""

import time
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from hindsight.limits.counters import Increment, counters, key_of
from hindsight.limits.memory import Memory
from hindsight.limits.rate_limits import Usage
from hindsight.limits.uncounted import SECONDS_BETWEEN_COUNTS, Uncounted

NEAR_PERCENT = 80


class Kind(StrEnum):
    """NEAR, OVER: minutes with NEAR_PERCENT of the limit or more, and with refused requests."""

    REQUESTS = "requests"
    REFUSED = "refused"
    NEAR = "near"
    OVER = "over"


class Period(NamedTuple):
    name: str
    seconds: int
    shown: int

    @property
    def current(self) -> int:
        return int(time.time()) // self.seconds


HOUR = Period("hour", 60 * 60, 24)
DAY = Period("day", 24 * 60 * 60, 30)
TODAY_AND_YESTERDAY = DAY._replace(shown=2)


class Use(NamedTuple):
    requests: int = 0
    refused: int = 0
    near: int = 0
    over: int = 0


uncounted: Uncounted[tuple[str, Kind]] = Uncounted()
_counted_at: Memory[str, float] = Memory()


def forget() -> None:
    """For tests."""
    uncounted.clear()
    _counted_at.clear()


def count_use(org: str, usage: Usage) -> None:
    """Of the requests of a minute, one is the first near the limit, and one the first over it."""
    uncounted.add((org, Kind.REQUESTS), 1)
    if usage.exceeded:
        uncounted.add((org, Kind.REFUSED), 1)
    if usage.count == near(usage.limit):
        uncounted.add((org, Kind.NEAR), 1)
    if usage.count == usage.limit + 1:
        uncounted.add((org, Kind.OVER), 1)
    now = time.time()
    if not 0 <= now - (_counted_at.get(org) or 0) < SECONDS_BETWEEN_COUNTS:
        _counted_at.add(org, now)
        _add_to_store(org)


def _add_to_store(org: str) -> None:
    """The order is fixed, because each increment locks a row."""
    amounts = {kind: uncounted.take((org, kind)) for kind in Kind}
    increments = [
        Increment(_key(org, kind, period, period.current), amount, (period.shown + 1) * period.seconds)
        for kind, amount in amounts.items()
        for period in (HOUR, DAY)
        if amount
    ]
    if increments:  # another thread may have taken all amounts
        store = counters()
        store.unless_unavailable(lambda: store.increase(*increments))


def near(limit: int) -> int:
    return -(-limit * NEAR_PERCENT // 100)


def use_of(org: str) -> Mapping[Period, tuple[Use, ...]] | None:
    """For each hour and each day, the oldest first. Returns None if the store is unavailable."""
    counts = _read(key for period in (HOUR, DAY) for kind in Kind for key in _keys(org, kind, period))
    return None if counts is None else {period: _uses(counts, org, period) for period in (HOUR, DAY)}


def total(uses: Iterable[Use]) -> Use:
    return Use(*map(sum, zip(*uses, strict=True)))


def near_their_limit(orgs: Iterable[str]) -> Mapping[str, Use] | None:
    """Omits orgs that were not near their limit today or yesterday. Returns None if the store is unavailable."""
    keys = {org: _keys(org, Kind.NEAR, TODAY_AND_YESTERDAY) for org in orgs}
    counts = _read(key for of_org in keys.values() for key in of_org)
    found = [org for org in keys if counts and any(counts.get(key) for key in keys[org])]
    keys_of_found = [key for org in found for kind in Kind for key in _keys(org, kind, TODAY_AND_YESTERDAY)]
    rest = _read(keys_of_found) if keys_of_found else {}
    if counts is None or rest is None:
        return None
    return {org: total(_uses(rest, org, TODAY_AND_YESTERDAY)) for org in found}


def _keys(org: str, kind: Kind, period: Period) -> list[str]:
    current = period.current
    return [_key(org, kind, period, number) for number in range(current, current - period.shown, -1)]


def _key(org: str, kind: Kind, period: Period, number: int) -> str:
    return key_of(org, f"use:{kind}:{period.name}:{number}")


def _uses(counts: Mapping[str, int], org: str, period: Period) -> tuple[Use, ...]:
    by_kind = ([counts.get(key, 0) for key in reversed(_keys(org, kind, period))] for kind in Kind)
    return tuple(map(Use._make, zip(*by_kind, strict=True)))


def _read(keys: Iterable[str]) -> dict[str, int] | None:
    store, wanted = counters(), [*keys]
    return store.unless_unavailable(lambda: store.read(wanted))
