"""What hindsight.wsgi turns off."""

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from hindsight.limits.counters import DatabaseCounters, RedisCounters, SQLiteCounters


def test_no_cache_has_a_connection_to_close() -> None:
    classes: set[type[BaseCache]] = {DatabaseCounters, RedisCounters, SQLiteCounters, type(caches["default"])}
    assert {cache.close for cache in classes} == {BaseCache.close}
