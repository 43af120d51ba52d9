import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from hindsight.server.calls import Calls


def run(*functions: Callable[[], object]) -> list[object]:
    """Returns results and exceptions of concurrent calls."""

    async def main(threads: ThreadPoolExecutor) -> list[object]:
        calls = Calls()
        return await asyncio.gather(*(calls.run(threads, function) for function in functions), return_exceptions=True)

    with ThreadPoolExecutor(4) as threads:
        return asyncio.run(main(threads), debug=True)


def test_results() -> None:
    assert run(lambda: 1, lambda: b"", lambda: None) == [1, b"", None]


def test_an_exception_is_raised() -> None:
    [error] = run(lambda: 1 / 0)
    assert isinstance(error, ZeroDivisionError)


def test_calls_without_a_result_end_while_another_one_runs() -> None:
    others_have_ended = Event()

    async def main(threads: ThreadPoolExecutor) -> bool:
        calls = Calls()
        slow = asyncio.create_task(calls.run(threads, others_have_ended.wait, 10))
        for _ in range(3):
            await calls.run(threads, lambda: None)
        others_have_ended.set()
        return await slow

    with ThreadPoolExecutor(2) as threads:
        assert asyncio.run(main(threads))


@pytest.mark.parametrize("result", [None, 1])
def test_a_call_that_was_cancelled_does_not_stop_the_next_ones(result: int | None) -> None:
    may_return = Event()

    def wait() -> int | None:
        may_return.wait(10)
        return result

    async def main(threads: ThreadPoolExecutor) -> tuple[object, list[object]]:
        errors: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context))
        calls = Calls()
        cancelled = asyncio.create_task(calls.run(threads, wait))
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        may_return.set()
        await calls.run(threads, lambda: None)
        return await calls.run(threads, lambda: 2), errors

    with ThreadPoolExecutor(1) as threads:
        assert asyncio.run(main(threads)) == (2, [])
