"""The main thread leases rows, and threads work on them."""

import logging
import signal
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import FrameType
from typing import Any

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils.crypto import get_random_string

from hindsight.queue.kinds import Kind
from hindsight.queue.lease import lease
from hindsight.queue.models import record_heartbeat, remove_heartbeat
from hindsight.queue.shares import Turns

logger = logging.getLogger(__name__)

POLL_SECONDS = 1
RETRY_SECONDS = 5


class Worker:
    """Each kind has its own threads, so that none waits for another one."""

    def __init__(self, kinds: Iterable[Kind[Any]]) -> None:
        self.name = get_random_string(16)
        self.pools = {kind: ThreadPoolExecutor(kind.threads, kind.name) for kind in kinds}
        self.running: dict[Kind[Any], list[Future[None]]] = {kind: [] for kind in self.pools}
        self.turns = {kind: Turns() for kind in self.pools}
        self.beats_at = 0.0
        self.has_news = threading.Event()
        self.is_stopping = False

    def run(self) -> None:
        """Returns after SIGTERM or SIGINT, when the leased rows are finished."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for kind, pool in self.pools.items():
            self.running[kind].append(pool.submit(self._start, kind))
        while not self.is_stopping:
            self._take_turn()
        for pool in self.pools.values():
            pool.shutdown()
        with suppress(DatabaseError):
            remove_heartbeat(self.name)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        # Does not set the event: the main thread, which runs this, may hold its lock.
        self.is_stopping = True
        signal.signal(number, signal.SIG_DFL)  # a second signal ends the process at once

    def _start(self, kind: Kind[Any]) -> None:
        while not self.is_stopping:
            close_old_connections()
            try:
                for _ in kind.start():
                    if self.is_stopping:
                        break
                return
            except Exception:
                logger.exception("The queue's %s: the start has failed. The worker tries again.", kind.name)
                time.sleep(RETRY_SECONDS)

    def _take_turn(self) -> None:
        self.has_news.clear()
        seconds = POLL_SECONDS
        try:
            close_old_connections()
            self._beat()
            for kind in self.pools:
                self._lease(kind)
        except DatabaseError as error:
            logger.error("The database is unavailable. The worker tries again.", exc_info=error)
            connection.close()
            seconds = RETRY_SECONDS
        self.has_news.wait(seconds)

    def _beat(self) -> None:
        """Also while all threads are busy. `_take_turn` runs more often than once a second if rows end quickly."""
        if time.monotonic() >= self.beats_at:
            record_heartbeat(self.name)
            self.beats_at = time.monotonic() + POLL_SECONDS

    def _lease(self, kind: Kind[Any]) -> None:
        running = self.running[kind] = [future for future in self.running[kind] if not future.done()]
        for row in lease(kind, kind.threads - len(running), self.turns[kind]):
            future = self.pools[kind].submit(_run, kind, row)
            future.add_done_callback(lambda _: self.has_news.set())
            running.append(future)


def _run(kind: Kind[Any], row: Any) -> None:
    close_old_connections()
    try:
        kind.run(row)
    except Exception:  # a row that is still leased is due again when its lease has expired
        logger.exception("The queue's %s: row %d was not finished.", kind.name, row.pk)
        close_old_connections()
