import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")

END_SECONDS = 0.02


class Threads(Protocol):
    def submit(self, job: Callable[[], object], /) -> object: ...


class Calls:
    """An event loop's calls in threads (decision 17). Only results wake it: None means that the response is sent."""

    def __init__(self) -> None:
        self._running = 0
        self._returned: deque[asyncio.Future[Any]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, threads: Threads, function: Callable[..., Result], *arguments: object) -> Result:
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
