"""Connections to Redis. tests/live/faults/test_redis_counters.py has a server of its own."""

import redis

from hindsight.limits.counters import connection_of_this_thread


def test_time_limits_are_a_quarter_of_a_second() -> None:
    connection = connection_of_this_thread("redis://redis.internal:6380/3")
    assert isinstance(connection, redis.Connection)
    assert (connection.host, connection.port, connection.db) == ("redis.internal", 6380, 3)
    assert (connection.socket_connect_timeout, connection.socket_timeout) == (0.25, 0.25)


def test_options_in_the_url_take_precedence() -> None:
    connection = connection_of_this_thread("rediss://web:secret@redis.internal/?socket_timeout=2&max_connections=9")
    assert isinstance(connection, redis.SSLConnection)
    assert (connection.username, connection.password) == ("web", "secret")
    assert (connection.socket_connect_timeout, connection.socket_timeout) == (0.25, 2)


def test_the_url_may_name_a_unix_socket() -> None:
    connection = connection_of_this_thread("unix:///run/redis.sock?db=1")
    assert isinstance(connection, redis.UnixDomainSocketConnection)
    assert (connection.path, connection.db) == ("/run/redis.sock", 1)
