"""Functions that an event loop calls in threads."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")

# After how long the event loop learns that a call without a result has returned.
END_SECONDS = 0.02


class Threads(Protocol):
    def submit(self, job: Callable[[], object], /) -> object: ...


class Calls:
    """Calls in threads, of one event loop.

    Waking the event loop takes two switches between threads. So it is woken for results only. A call that returns None
    has sent its response already, and ends with others, END_SECONDS later.
    """

    def __init__(self) -> None:
        self._running = 0
        self._returned: deque[asyncio.Future[Any]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, threads: Threads, function: Callable[..., Result], *arguments: object) -> Result:
        """Raises what the function raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def job() -> None:
            try:
                result = function(*arguments)
            except BaseException as error:
                loop.call_soon_threadsafe(_end, future, future.set_exception, error)
                return
            if result is None:
                self._returned.append(future)
            else:
                loop.call_soon_threadsafe(_end, future, future.set_result, result)

        self._running += 1
        self._timer = self._timer or loop.call_later(END_SECONDS, self._end_returned, loop)
        threads.submit(job)
        try:
            return await future
        finally:
            self._running -= 1

    def _end_returned(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._returned:
            future = self._returned.popleft()
            _end(future, future.set_result, None)
        self._timer = loop.call_later(END_SECONDS, self._end_returned, loop) if self._running else None


def _end(future: asyncio.Future[Any], end: Callable[[Any], object], outcome: object) -> None:
    if not future.done():  # cancelled
        end(outcome)
