"""The database connections of a web process, shared by its threads.

A thread has a connection while it handles a request, but not while it waits for anything else than the database. So
threads that wait cost no connections, and leave the connections to the other requests.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import TransactionManagementError

_thread = threading.local()


class ConnectionPool:
    """Persistent connections that are opened when they are first used. `size`: how many requests run at once."""

    def __init__(self, size: int) -> None:
        self.idle: SimpleQueue[BaseDatabaseWrapper] = SimpleQueue()
        for _ in range(size):
            connection = connections.create_connection(DEFAULT_DB_ALIAS)
            connection.inc_thread_sharing()
            self.idle.put(connection)

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Waits for an idle connection. In the context, `django.db.connection` is this one."""
        self._acquire()
        _thread.pool = self
        try:
            yield
        finally:
            del _thread.pool
            self._release()

    @contextmanager
    def released(self) -> Iterator[None]:
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            raise TransactionManagementError("A connection cannot be released inside a transaction.")
        self._release()
        try:
            yield
        finally:
            self._acquire()
            # As Django does at the beginning of a request: the server may have closed an idle connection.
            connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()

    def _acquire(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self.idle.get()

    def _release(self) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        del connections[DEFAULT_DB_ALIAS]
        self.idle.put(connection)


@contextmanager
def connection_released() -> Iterator[None]:
    """Lets other requests use this thread's connection. Changes nothing in threads that have none of a pool.

    Raises TransactionManagementError inside a transaction.
    """
    pool: ConnectionPool | None = getattr(_thread, "pool", None)
    if pool is None:
        yield
    else:
        with pool.released():
            yield
