"""The limit on requests without a valid API key, by client address."""

import threading
import time
from collections import OrderedDict
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from hindsight.http.proxies import client_of
from hindsight.limits.rate_limits import Usage, count_request


class UnauthenticatedLimiter:
    """Keeps a flood of invalid keys away from the database without locking out valid keys of the same address.

    Failed attempts are counted by address in the shared store. For an address over the limit, this process looks up
    keys that it has seen to be valid, and at most one other key every SECONDS_BETWEEN_LOOKUPS.
    """

    SECONDS_BETWEEN_LOOKUPS = 0.1
    REMEMBERED = 10_000

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.valid: OrderedDict[str, bool] = OrderedDict()
        self.blocked: OrderedDict[str, Usage] = OrderedDict()
        self.next_lookup = 0.0

    def exceeded_usage(self, request: HttpRequest, digest: str | None) -> Usage | None:
        """Called before a key is looked up. Returns the exceeded usage if the key must not be looked up.

        `digest` is None if the request has no well-formed key.
        """
        usage = self.blocked.get(client_of(request.META["REMOTE_ADDR"]))
        if usage is None or not usage.is_current:
            return None
        if digest is not None and (digest in self.valid or self.may_look_up()):
            return None
        return usage

    def count_failure(self, request: HttpRequest, digest: str | None) -> Usage:
        """Counts a request that did not authenticate and returns the usage of its address."""
        client = client_of(request.META["REMOTE_ADDR"])
        usage = count_request(request, group="address", key=client, limit=settings.ANONYMOUS_RATE_LIMIT)
        if digest is not None:
            self.valid.pop(digest, None)  # the key may have been revoked since
        if usage.exceeded:
            self.remember(self.blocked, client, usage)
        return usage

    def remember_valid(self, digest: str) -> None:
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


unauthenticated_limiter = UnauthenticatedLimiter()
