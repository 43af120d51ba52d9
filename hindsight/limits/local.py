"""Limits that must not fail open while the store is unavailable."""

from hashlib import sha256

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django_ratelimit.core import get_usage


def hit(request: HttpRequest, group: str, key: str, limit: int, minutes: int) -> tuple[int, int]:
    """Returns the count and the seconds until the window ends. While the store is unavailable, this process counts."""
    seconds = minutes * 60
    usage = get_usage(request, group=group, key=lambda *_: key, rate=(limit, seconds), increment=True)
    if usage is not None:
        return usage["count"], usage["time_left"] + 1
    local_key = sha256(f"{settings.RATELIMIT_CACHE_PREFIX}{group} {key}".encode()).hexdigest()
    cache.add(local_key, 0, seconds)
    return cache.incr(local_key), seconds
