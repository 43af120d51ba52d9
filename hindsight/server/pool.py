"""The database connections of a web process, and the threads that run requests with them (decision 27)."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import TransactionManagementError

from hindsight.metrics.instruments import CONNECTIONS, CONNECTIONS_IN_USE, REQUESTS_WAITING

logger = logging.getLogger(__name__)

_thread = threading.local()

Job = Callable[[], object]


class ConnectionThreads:
    """`connections`: how many jobs run at once. `waiting`: how many more jobs may wait without a connection."""

    def __init__(self, connections: int, *, waiting: int) -> None:
        # None: a thread that has waited needs a connection.
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._idle: SimpleQueue[BaseDatabaseWrapper] = SimpleQueue()
        # The queues in which threads that have waited expect a connection.
        self._returning: deque[SimpleQueue[BaseDatabaseWrapper]] = deque()
        self._lock = threading.Lock()
        # Set: an ended process with the same id can have left other values.
        CONNECTIONS.set(connections)
        CONNECTIONS_IN_USE.set(0)
        REQUESTS_WAITING.set(0)
        for _ in range(connections):
            self._idle.put(_new_connection())
        for number in range(connections + waiting):
            threading.Thread(target=self._run, name=f"request_{number}", daemon=True).start()

    def submit(self, job: Job) -> None:
        REQUESTS_WAITING.inc()
        self._jobs.put(job)

    @contextmanager
    def released(self) -> Iterator[None]:
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.in_atomic_block:
            raise TransactionManagementError("A connection cannot be released inside a transaction.")
        del connections[DEFAULT_DB_ALIAS]
        CONNECTIONS_IN_USE.dec()
        self._release(connection)
        try:
            yield
        finally:
            connection = connections[DEFAULT_DB_ALIAS] = self._acquire()
            CONNECTIONS_IN_USE.inc()
            # As Django does at the beginning of a request.
            connection.close_if_unusable_or_obsolete()

    def _run(self) -> None:
        _thread.owner = self
        while True:
            connections[DEFAULT_DB_ALIAS] = self._idle.get()
            while job := self._jobs.get():
                REQUESTS_WAITING.dec()
                CONNECTIONS_IN_USE.inc()
                try:
                    job()
                except Exception:
                    logger.exception("A job has failed")
                finally:
                    CONNECTIONS_IN_USE.dec()
            connection = connections[DEFAULT_DB_ALIAS]
            del connections[DEFAULT_DB_ALIAS]
            self._release(connection)

    def _release(self, connection: BaseDatabaseWrapper) -> None:
        with self._lock:
            receiver = self._returning.popleft() if self._returning else self._idle
            receiver.put(connection)

    def _acquire(self) -> BaseDatabaseWrapper:
        """Waits in the queue of jobs, because threads without a job keep their connections."""
        with self._lock:
            try:
                return self._idle.get_nowait()
            except Empty:
                receiver: SimpleQueue[BaseDatabaseWrapper] = SimpleQueue()
                self._returning.append(receiver)
                self._jobs.put(None)
        return receiver.get()


@contextmanager
def connection_released() -> Iterator[None]:
    """Lets other requests use this thread's connection. Raises TransactionManagementError inside a transaction."""
    owner: ConnectionThreads | None = getattr(_thread, "owner", None)
    if owner is None:
        yield
    else:
        with owner.released():
            yield


def _new_connection() -> BaseDatabaseWrapper:
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    connection.inc_thread_sharing()
    return connection
