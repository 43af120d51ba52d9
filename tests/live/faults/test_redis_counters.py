"""The counters on a Redis that responds late, restarts, or closes connections."""

import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from secrets import token_hex

import pytest
import redis
from django.conf import settings

from hindsight.limits.counters import RedisCounters, execute
from tests.live.tcp_proxy import tcp_proxy
from tools.harness.processes import eventually
from tools.harness.stores import StoreServer, killable_redis

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis")

FORK = """
import os, sys
from hindsight.limits.counters import execute

def connection() -> int:
    return execute(sys.argv[1], ("CLIENT", "ID"))[0]

of_parent = connection()
child = os.fork()
if child:
    assert os.waitpid(child, 0)[1] == 0
    assert connection() == of_parent
else:
    os._exit(connection() == of_parent)
"""


@pytest.fixture
def server() -> Iterator[StoreServer]:
    with killable_redis() as server:
        yield server


@pytest.fixture
def counters(server: StoreServer) -> RedisCounters:
    return RedisCounters(server.url, {})


@pytest.fixture
def observer(server: StoreServer) -> Iterator[redis.Redis]:
    """A client with a connection of its own."""
    with redis.Redis.from_url(server.url) as client:
        yield client


def test_a_count_whose_response_is_late_is_not_repeated() -> None:
    key = token_hex()
    with tcp_proxy(settings.REDIS_URL) as proxy:
        counters = RedisCounters(proxy.url(settings.REDIS_URL), {})
        assert counters.hit(key, 60) == 1
        proxy.withhold_responses()
        with pytest.raises(redis.TimeoutError):
            counters.hit(key, 60)
        assert counters.hit(key, 60) == 3


def test_a_restart_of_redis_fails_no_count(counters: RedisCounters, server: StoreServer) -> None:
    assert counters.hit("key", 60) == 1
    server.kill()
    server.start()
    assert counters.hit("key", 60) == 1


def test_a_connection_that_redis_has_closed_fails_no_count(counters: RedisCounters, observer: redis.Redis) -> None:
    assert counters.hit("key", 60) == 1
    assert observer.client_kill_filter(_type="normal", skipme=True) == 1
    assert counters.hit("key", 60) == 2
    observer.client_kill_filter(_type="normal", skipme=True)
    assert counters.get_many(["key"]) == {"key": 2}


def test_an_error_leaves_no_response_to_the_next_count(
    server: StoreServer, counters: RedisCounters, observer: redis.Redis
) -> None:
    observer.set("text", "not a number")
    with pytest.raises(redis.ResponseError):
        counters.hit("text", 60)
    with pytest.raises(redis.ResponseError):
        execute(server.url, ("INCR", "text"), ("ECHO", "response to an earlier command"))
    assert counters.hit("key", 60) == 1


def test_every_counter_gets_a_time_to_live(counters: RedisCounters, observer: redis.Redis) -> None:
    counters.hit("key", 60)
    observer.persist("key")
    counters.hit("key", 60)
    assert 0 < int(str(observer.ttl("key"))) <= 60


def test_the_connection_of_a_thread_is_closed_when_the_thread_ends(
    counters: RedisCounters, observer: redis.Redis
) -> None:
    """Python 3.13 warns if a socket is not closed, and pytest turns warnings into errors."""
    connections = len(observer.client_list())
    for _ in range(3):
        thread = threading.Thread(target=counters.hit, args=["key", 60])
        thread.start()
        thread.join()
    gc.collect()
    assert eventually(lambda: len(observer.client_list()) == connections)
    assert counters.hit("key", 60) == 4


def test_a_forked_process_has_a_connection_of_its_own(server: StoreServer) -> None:
    subprocess.run([sys.executable, "-c", FORK, server.url], check=True, timeout=60)


def test_the_password_of_the_url_is_sent(server: StoreServer, observer: redis.Redis) -> None:
    observer.config_set("requirepass", "secret")
    with pytest.raises(redis.AuthenticationError):
        RedisCounters(server.url, {}).hit("key", 60)
    assert RedisCounters(server.url.replace("//", "//:secret@"), {}).hit("key", 60) == 1
