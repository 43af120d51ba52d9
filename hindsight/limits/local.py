"""Counters of one process, for limits that must not fail open without the shared store."""

import time
from threading import Lock

from django.http import HttpRequest
from django_ratelimit.core import get_usage

MAX_KEYS = 10_000


class LocalCounters:
    def __init__(self) -> None:
        self.lock = Lock()
        self.windows: dict[str, tuple[int, float]] = {}

    def hit(self, key: str, seconds: int) -> tuple[int, int]:
        """Returns the count, and the seconds until the window ends."""
        now = time.time()
        with self.lock:
            count, ends_at = self.windows.get(key, (0, 0.0))
            if ends_at <= now:
                count, ends_at = 0, now + seconds
            self.windows.pop(key, None)
            self.windows[key] = (count + 1, ends_at)  # now the last key
            if len(self.windows) > MAX_KEYS:
                del self.windows[next(iter(self.windows))]
        return count + 1, max(1, round(ends_at - now))

    def clear(self) -> None:
        with self.lock:
            self.windows.clear()


local_counters = LocalCounters()


def hit(request: HttpRequest, group: str, key: str, limit: int, minutes: int) -> tuple[int, int]:
    """Returns the count and the seconds until the window ends. While the store is unavailable, this process counts."""
    usage = get_usage(request, group=group, key=lambda *_: key, rate=f"{limit}/{minutes}m", increment=True)
    if usage is None:
        return local_counters.hit(f"{group} {key}", minutes * 60)
    return usage["count"], usage["time_left"] + 1
