"""Transactions of other connections, on PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import connection, transaction

from tools.harness.processes import eventually

Result = TypeVar("Result")

needs_concurrent_writes = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writing transaction at a time"
)


@contextmanager
def uncommitted(write: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Runs `write` in a transaction of another connection. Yields a function that commits it."""
    written, finish = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                write()
                written.set()
                finish.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def commit() -> None:
        finish.set()
        thread.join(30)

    try:
        assert written.wait(30)
        yield commit
    finally:
        commit()


def waiting_for(first: Callable[[], object], second: Callable[[], Result]) -> Future[Result]:
    """Commits `first`, in a transaction of another connection, once `second` waits for it. `second` is done then."""

    def run() -> Result:
        try:
            return second()
        finally:
            connection.close()

    with uncommitted(first) as commit, ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(run)
        assert eventually(lambda: waiting_sessions() == 1)
        commit()
    return waiting


def waiting_sessions() -> int:
    """The number of connections to this database that wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would see the same sessions again
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])
