"""Threads that share one database connection, which is never opened here."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connections
from django.db.transaction import TransactionManagementError

from hindsight.db.pool import ConnectionPool, connection_released


@pytest.fixture
def pool() -> ConnectionPool:
    return ConnectionPool(1)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


def current_connection(pool: ConnectionPool) -> object:
    with pool.connection():
        return connections["default"]


def test_a_thread_waits_until_the_connection_is_returned(pool: ConnectionPool, threads: ThreadPoolExecutor) -> None:
    has_connection, may_end = Event(), Event()

    def request() -> object:
        with pool.connection():
            has_connection.set()
            may_end.wait(10)
            return connections["default"]

    first = threads.submit(request)
    assert has_connection.wait(10)
    second = threads.submit(current_connection, pool)
    assert not second.done()
    may_end.set()
    assert second.result(10) is first.result(10)


def test_while_a_thread_waits_for_something_else_another_one_uses_its_connection(
    pool: ConnectionPool, threads: ThreadPoolExecutor
) -> None:
    is_waiting, may_go_on = Event(), Event()

    def request() -> object:
        with pool.connection():
            with connection_released():
                is_waiting.set()
                may_go_on.wait(10)
            return connections["default"]

    waiting = threads.submit(request)
    assert is_waiting.wait(10)
    used = threads.submit(current_connection, pool).result(10)
    may_go_on.set()
    assert waiting.result(10) is used


def test_an_error_returns_the_connection(pool: ConnectionPool, threads: ThreadPoolExecutor) -> None:
    def request() -> None:
        with pool.connection(), connection_released():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        threads.submit(request).result(10)
    assert threads.submit(current_connection, pool).result(10)


def test_a_connection_is_not_released_inside_a_transaction(pool: ConnectionPool, threads: ThreadPoolExecutor) -> None:
    def request() -> None:
        with pool.connection():
            connections["default"].in_atomic_block = True
            with connection_released():
                pass

    with pytest.raises(TransactionManagementError):
        threads.submit(request).result(10)


def test_without_a_pool_nothing_is_released() -> None:
    own = connections["default"]
    with connection_released():
        assert connections["default"] is own
