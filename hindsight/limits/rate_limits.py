import time
from dataclasses import dataclass

from django.http import HttpRequest
from django_ratelimit.core import get_usage

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Usage:
    """`resets_at`: Unix seconds. `group`: what the limit is for, `org` or `address`."""

    limit: int
    count: int
    resets_at: int
    group: str

    @property
    def exceeded(self) -> bool:
        return self.count > self.limit

    @property
    def retry_after(self) -> int:
        """In seconds. The clock may have been set back."""
        return min(WINDOW_SECONDS, max(1, self.resets_at - int(time.time())))

    @property
    def is_current(self) -> bool:
        """The clock may have been set back."""
        return 0 < self.resets_at - time.time() <= WINDOW_SECONDS + 1

    @property
    def headers(self) -> dict[str, str]:
        """The last two are those of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/."""
        remaining = max(0, self.limit - self.count)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(self.resets_at),
            "RateLimit": f'"{self.group}";r={remaining};t={self.retry_after}',
            "RateLimit-Policy": f'"{self.group}";q={self.limit};w={WINDOW_SECONDS}',
        }


def count_request(request: HttpRequest, *, group: str, key: str, limit: int) -> Usage:
    """If the store is unavailable, returns the usage of an empty window (fail open)."""
    usage = get_usage(request, group=group, key=lambda *_: key, rate=(limit, WINDOW_SECONDS), increment=True)
    now = int(time.time())
    if usage is None:
        return Usage(limit, 0, now + WINDOW_SECONDS, group)
    # django-ratelimit's window includes the second that time_left points at, hence + 1.
    return Usage(limit, usage["count"], now + usage["time_left"] + 1, group)
