"""Rate limits: counting a request, and one budget a minute for each org. Floods of guesses: see guess_limiter."""

import time
from dataclasses import dataclass
from typing import Protocol, cast

from django.http import HttpRequest
from django_ratelimit.core import get_usage
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from hindsight.api.errors import RateLimitExceeded


class Limited(Protocol):
    """What a principal (`request.auth`) tells about its budget."""

    rate_limit_key: str
    requests_per_minute: int


@dataclass(frozen=True)
class Usage:
    """What is left of a window. `resets_at`: Unix seconds at which the next one begins."""

    limit: int
    count: int
    resets_at: int

    @property
    def exceeded(self) -> bool:
        return self.count > self.limit

    @property
    def retry_after(self) -> int:
        """Whole seconds until the next window."""
        return max(1, self.resets_at - int(time.time()))

    @property
    def error(self) -> RateLimitExceeded:
        return RateLimitExceeded(retry_after=self.retry_after)

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.count)),
            "X-RateLimit-Reset": str(self.resets_at),
        }


def count_request(request: HttpRequest, *, group: str, key: str, limit: int) -> Usage:
    """Counts one request under the key, and keeps the usage for the headers of the answer."""
    usage = get_usage(request, group=group, key=lambda *_: key, rate=f"{limit}/m", increment=True)
    now = int(time.time())
    # django-ratelimit's window ends with the second that it names. No usage: the store is away, and we fail open.
    counted = Usage(limit, usage["count"], now + usage["time_left"] + 1) if usage else Usage(limit, 0, now + 60)
    request.rate_limit_usage = counted  # type: ignore[attr-defined]
    return counted


class OrgThrottle(BaseThrottle):
    """Counts a request that has authenticated. Raises RateLimitExceeded."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        principal = cast(Limited, request.auth)
        usage = count_request(
            request._request, group="org", key=principal.rate_limit_key, limit=principal.requests_per_minute
        )
        if usage.exceeded:
            raise usage.error
        return True
