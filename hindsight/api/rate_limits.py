"""Rate limits: one budget a minute for each org, and one for each address that brings no valid key."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.conf import settings
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
    def error(self) -> RateLimitExceeded:
        return RateLimitExceeded(retry_after=max(1, self.resets_at - int(time.time())))

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.count)),
            "X-RateLimit-Reset": str(self.resets_at),
        }


def count_request(request: HttpRequest, *, group: str, key: str | Callable[..., str], limit: int) -> Usage:
    """Counts one request under django-ratelimit's `key`, and keeps the usage for the headers of the answer."""
    usage = get_usage(request, group=group, key=key, rate=f"{limit}/m", increment=True)
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
            request._request,
            group="org",
            key=lambda *_: principal.rate_limit_key,
            limit=principal.requests_per_minute,
        )
        if usage.exceeded:
            raise usage.error
        return True


class GuessLimiter:
    """Keeps a flood of guessed keys from the database, and lets the keys through that are no guesses.

    Attempts that fail are counted by address, in the store that all workers share. Once an address is over its limit,
    this process looks up only keys of it that it has seen to be valid, and of all others a few a second: a customer
    who shares an address with the flood gets in, and the database hardly notices.
    """

    SECONDS_BETWEEN_LOOKUPS = 0.1
    REMEMBERED = 10_000

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.valid: OrderedDict[str, bool] = OrderedDict()
        self.blocked: OrderedDict[str, Usage] = OrderedDict()
        self.next_lookup = 0.0

    def check(self, request: HttpRequest, digest: str | None) -> None:
        """Before a key of this digest (None: no key worth a look-up) is looked up. Raises RateLimitExceeded."""
        usage = self.blocked.get(request.META["REMOTE_ADDR"])
        if usage is None or usage.resets_at <= time.time():
            return
        if digest is not None and (digest in self.valid or self.may_look_up()):
            return
        request.rate_limit_usage = usage  # type: ignore[attr-defined]
        raise usage.error

    def failed(self, request: HttpRequest) -> None:
        """Counts an attempt that did not authenticate. Raises RateLimitExceeded past the limit."""
        usage = count_request(request, group="address", key="ip", limit=settings.ANONYMOUS_RATE_LIMIT)
        if usage.exceeded:
            self.remember(self.blocked, request.META["REMOTE_ADDR"], usage)
            raise usage.error
        del request.rate_limit_usage  # type: ignore[attr-defined]  # an address's budget is no customer's business

    def succeeded(self, digest: str) -> None:
        if digest not in self.valid:
            self.remember(self.valid, digest, True)

    def may_look_up(self) -> bool:
        with self.lock:
            now = time.monotonic()
            if now < self.next_lookup:
                return False
            self.next_lookup = now + self.SECONDS_BETWEEN_LOOKUPS
            return True

    def remember(self, memory: OrderedDict[str, Any], key: str, value: Any) -> None:
        with self.lock:
            memory[key] = value
            if len(memory) > self.REMEMBERED:
                memory.popitem(last=False)


guess_limiter = GuessLimiter()
