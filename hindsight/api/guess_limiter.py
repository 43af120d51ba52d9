"""Requests without a valid key, limited by address."""

import threading
import time
from collections import OrderedDict
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from hindsight.addresses import client_of
from hindsight.api.rate_limits import Usage, count_request


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
        usage = self.blocked.get(client_of(request.META["REMOTE_ADDR"]))
        if usage is None or usage.resets_at <= time.time():
            return
        if digest is not None and (digest in self.valid or self.may_look_up()):
            return
        request.rate_limit_usage = usage  # type: ignore[attr-defined]
        raise usage.error

    def failed(self, request: HttpRequest, digest: str | None) -> None:
        """Counts an attempt that did not authenticate. Raises RateLimitExceeded past the limit."""
        client = client_of(request.META["REMOTE_ADDR"])
        usage = count_request(request, group="address", key=client, limit=settings.ANONYMOUS_RATE_LIMIT)
        if digest is not None:
            self.valid.pop(digest, None)  # revoked since, perhaps
        if usage.exceeded:
            self.remember(self.blocked, client, usage)
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
