import asyncio
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from hindsight.server.fair_queue import Job

Result = TypeVar("Result")

END_SECONDS = 0.02

Submit = Callable[[Job], object]


class Calls:
    """An event loop's calls in threads (decision 4). Only results wake it: None means that the response is sent."""

    def __init__(self) -> None:
        self._running = 0
        self._returned: deque[asyncio.Future[Any]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def run(
        self,
        submit: Submit,
        function: Callable[..., Result],
        *arguments: object,
        hang_up: Callable[[], asyncio.Future[Any]] | None = None,
    ) -> Result | None:
        """`hang_up`: returns a future of the time when nobody needs the result any longer. A function that `submit()`
        could not begin (its result is false) is not called after that, and the result is None.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result | None] = loop.create_future()
        claim = Lock()  # of who begins or cancels the job

        def job() -> None:
            if not claim.acquire(blocking=False):
                return
            try:
                result = function(*arguments)
            except BaseException as error:
                loop.call_soon_threadsafe(_end, future, future.set_exception, error)
                return
            if result is None:
                self._returned.append(future)
            else:
                loop.call_soon_threadsafe(_end, future, future.set_result, result)

        def cancel(watcher: object) -> None:
            if claim.acquire(blocking=False):
                _end(future, future.set_result, None)

        self._running += 1
        self._timer = self._timer or loop.call_later(END_SECONDS, self._end_returned, loop)
        watcher = None
        try:
            if not submit(job) and hang_up:
                watcher = hang_up()
                watcher.add_done_callback(cancel)
            return await future
        finally:
            self._running -= 1
            if watcher:
                watcher.cancel()

    def _end_returned(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._returned:
            future = self._returned.popleft()
            _end(future, future.set_result, None)
        self._timer = loop.call_later(END_SECONDS, self._end_returned, loop) if self._running else None


def _end(future: asyncio.Future[Any], end: Callable[[Any], object], outcome: object) -> None:
    if not future.done():  # cancelled
        end(outcome)
