"""Connections to Redis, and keys of a cluster. tests/live/faults/test_redis_counters.py has a server of its own."""

import redis
from redis.crc import key_slot

from hindsight.limits.audit_budget import spend
from hindsight.limits.counters import Increment
from hindsight.limits.redis_connections import connection_of_this_thread
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.client import ApiClient
from tests.hindsight.limits.conftest import RoundTrips


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


def keys(round_trips: RoundTrips) -> list[str]:
    """Of the counters that were increased."""
    return [increment.key for increments in round_trips for increment in increments]


def slots(call: tuple[Increment, ...]) -> set[int]:
    return {key_slot(increment.key.encode()) for increment in call}


def test_counters_of_a_command_have_the_hash_tag_of_the_org(
    round_trips: RoundTrips, acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    spend(str(acme.pk), 9)
    assert acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"}).status_code == 200
    assert [len(call) for call in round_trips] == [1, 2, 1], "the minute; the hour and the day; the audit"
    assert [slots(call) for call in round_trips[1:]] == [{key_slot(str(acme.pk).encode())}] * 2


def test_limits_have_no_hash_tag(round_trips: RoundTrips, acme_api: ApiClient) -> None:
    acme_api.get("/interviews/1")
    assert ApiClient().get("/interviews/1").status_code == 401
    assert ["{" in keys([call])[0] for call in round_trips] == [False, True, False]
