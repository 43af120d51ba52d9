"""The counters on a Redis that responds late or restarts."""

from secrets import token_hex

import pytest
import redis
from django.conf import settings

from harness.stores import killable_redis
from hindsight.limits.counters import RedisCounters
from tests.live.tcp_proxy import tcp_proxy

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis")


def test_a_count_whose_response_is_late_is_not_repeated() -> None:
    key = token_hex()
    with tcp_proxy(settings.REDIS_URL) as proxy:
        counters = RedisCounters(proxy.url(settings.REDIS_URL), {})
        assert counters.hit(key, 60) == 1
        proxy.withhold_responses()
        with pytest.raises(redis.TimeoutError):
            counters.hit(key, 60)
        assert counters.hit(key, 60) == 3


def test_connections_that_redis_has_closed_are_replaced() -> None:
    key = token_hex()
    with killable_redis() as server:
        counters = RedisCounters(server.url, {})
        assert counters.hit(key, 60) == 1
        server.kill()
        server.start()
        assert counters.hit(key, 60) == 1
