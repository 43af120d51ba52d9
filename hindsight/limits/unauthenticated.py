import threading
import time

from django.conf import settings
from django.http import HttpRequest

from hindsight.http.proxies import client_of
from hindsight.limits.memory import Memory
from hindsight.limits.rate_limits import Usage, count_request


class UnauthenticatedLimiter:
    """Protects the database from floods of invalid keys.

    For an address over the limit, this process looks up keys that were valid before, and at most one other key every
    SECONDS_BETWEEN_LOOKUPS.
    """

    SECONDS_BETWEEN_LOOKUPS = 0.1

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.valid: Memory[str, str] = Memory()  # the caller by the digest of the key
        self.blocked: Memory[str, Usage] = Memory()
        self.next_lookup = 0.0

    def exceeded_usage(self, request: HttpRequest, digest: str | None) -> Usage | None:
        """Returns None if the key may be looked up. `digest`: None without a well-formed key."""
        usage = self.blocked.get(client_of(request.META["REMOTE_ADDR"]))
        if usage is None or not usage.is_current:
            return None
        if digest is not None and (digest in self.valid or self.may_look_up()):
            return None
        return usage

    def count_failure(self, request: HttpRequest, digest: str | None) -> Usage:
        client = client_of(request.META["REMOTE_ADDR"])
        usage = count_request(request, group="address", key=client, limit=settings.ANONYMOUS_RATE_LIMIT)
        if digest is not None:
            self.valid.forget(digest)  # may have been revoked
        if usage.exceeded:
            self.blocked.add(client, usage)
        return usage

    def remember_valid(self, digest: str, caller: str) -> None:
        if digest not in self.valid:
            self.valid.add(digest, caller)

    def may_look_up(self) -> bool:
        with self.lock:
            now = time.monotonic()
            if now < self.next_lookup:
                return False
            self.next_lookup = now + self.SECONDS_BETWEEN_LOOKUPS
            return True


unauthenticated_limiter = UnauthenticatedLimiter()
