import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from hindsight.server.calls import Calls
from hindsight.server.fair_queue import Job


def test_calls_without_a_result_end_while_another_one_runs() -> None:
    others_have_ended = Event()

    async def main(threads: ThreadPoolExecutor) -> bool:
        calls = Calls()
        slow = asyncio.create_task(calls.run(threads.submit, others_have_ended.wait, 10))
        for _ in range(3):
            await calls.run(threads.submit, lambda: None)
        others_have_ended.set()
        return await slow is True

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
        cancelled = asyncio.create_task(calls.run(threads.submit, wait))
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        may_return.set()
        await calls.run(threads.submit, lambda: None)
        return await calls.run(threads.submit, lambda: 2), errors

    with ThreadPoolExecutor(1) as threads:
        assert asyncio.run(main(threads)) == (2, [])


@pytest.mark.parametrize("has_begun", [False, True])
def test_after_a_hang_up_only_a_call_that_has_begun_is_run(has_begun: bool) -> None:
    called: list[int] = []

    async def main() -> object:
        hang_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        submitted: list[Job] = []

        def submit(job: Job) -> bool:
            submitted.append(job)
            return False

        def function() -> int:
            called.append(1)
            return 1

        call = asyncio.create_task(Calls().run(submit, function, hang_up=lambda: hang_up))
        await asyncio.sleep(0)
        if has_begun:
            submitted[0]()
        hang_up.set_result(None)
        await asyncio.sleep(0)
        result = await call
        if not has_begun:
            submitted[0]()
        return result

    assert asyncio.run(main(), debug=True) == (1 if has_begun else None)
    assert called == ([1] if has_begun else [])


def test_nobody_waits_for_the_hang_up_of_a_call_that_begins_at_once_or_has_ended() -> None:
    async def main(threads: ThreadPoolExecutor) -> bool:
        hang_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def submit_later(job: Job) -> None:
            threads.submit(job)

        assert await Calls().run(threads.submit, lambda: 1, hang_up=pytest.fail) == 1
        assert await Calls().run(submit_later, lambda: 1, hang_up=lambda: hang_up) == 1
        return hang_up.cancelled()

    with ThreadPoolExecutor(1) as threads:
        assert asyncio.run(main(threads))
