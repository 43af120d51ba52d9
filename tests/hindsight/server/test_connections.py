"""Threads that share one database connection, which is never opened here."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest
from django.db import connections
from django.db.transaction import TransactionManagementError

from hindsight.server.connections import ConnectionThreads, connection_released
from hindsight.server.fair_queue import TooManyWaiting


def run(threads: ConnectionThreads, function: Callable[[], Any], *, caller: str = "acme") -> "Future[Any]":
    future: Future[Any] = Future()

    def job() -> None:
        try:
            future.set_result(function())
        except Exception as error:
            future.set_exception(error)

    threads.submit(caller, job)
    return future


def current_connection() -> object:
    return connections["default"]


class Turn:
    """A job that waits for something else than the database. Returns its connection, as it is after the wait."""

    def __init__(self, threads: ConnectionThreads, caller: str = "acme") -> None:
        self.is_waiting, self.may_go_on = Event(), Event()
        self.has_connection, self.may_end = Event(), Event()
        self.result = run(threads, self, caller=caller)
        assert self.is_waiting.wait(10)

    def __call__(self) -> object:
        with connection_released():
            self.is_waiting.set()
            assert self.may_go_on.wait(10)
        self.has_connection.set()
        connection = connections["default"]
        assert self.may_end.wait(10)
        return connection

    def end(self) -> object:
        self.may_go_on.set()
        self.may_end.set()
        return self.result.result(10)


def test_jobs_run_one_after_the_other_on_one_connection() -> None:
    threads = ConnectionThreads(1, waiting=1)
    started, may_end = Event(), Event()

    def request() -> object:
        started.set()
        assert may_end.wait(10)
        return current_connection()

    first = run(threads, request)
    assert started.wait(10)
    second = run(threads, current_connection)
    assert not second.done()
    may_end.set()
    assert second.result(10) is first.result(10)


def test_while_a_thread_waits_for_something_else_another_one_uses_its_connection() -> None:
    threads = ConnectionThreads(1, waiting=1)
    turn = Turn(threads)
    used = run(threads, current_connection).result(10)
    assert turn.end() is used


def test_after_the_wait_a_thread_gets_a_connection_from_a_thread_without_a_job() -> None:
    threads = ConnectionThreads(2, waiting=2)
    turns = [Turn(threads) for _ in range(2)]
    used = {run(threads, current_connection).result(10) for _ in range(4)}
    assert len(used | {turn.end() for turn in turns}) <= 2, "no thread opens a third one"


def test_a_released_connection_goes_first_to_a_thread_that_has_waited() -> None:
    """Otherwise it would be idle while no thread is left to take it, as here."""
    threads = ConnectionThreads(1, waiting=2)
    first, second = Turn(threads), Turn(threads)
    first.may_go_on.set()
    assert first.has_connection.wait(10)
    second.may_go_on.set()
    third = run(threads, connections_after_release)
    first.may_end.set()
    used = first.result.result(10)
    assert second.end() is used
    assert third.result(10) is used


def connections_after_release() -> object:
    with connection_released():
        pass
    return current_connection()


def test_an_error_in_the_wait_takes_no_connection() -> None:
    threads = ConnectionThreads(1, waiting=1)

    def request() -> None:
        with connection_released():
            raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            run(threads, request).result(10)
    assert run(threads, current_connection).result(10)


def test_a_failed_job_is_logged_and_its_thread_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    threads = ConnectionThreads(1, waiting=0)
    with caplog.at_level(logging.ERROR):
        threads.submit("acme", lambda: 1 / 0)
        assert run(threads, current_connection).result(10)
    assert [record.message for record in caplog.records] == ["A job has failed"]


def test_a_connection_is_not_released_inside_a_transaction() -> None:
    threads = ConnectionThreads(1, waiting=1)

    def request() -> None:
        connections["default"].in_atomic_block = True
        with connection_released():
            pass

    with pytest.raises(TransactionManagementError):
        run(threads, request).result(10)


def test_other_threads_release_nothing() -> None:
    own = connections["default"]
    with connection_released():
        assert connections["default"] is own


class Busy:
    """Jobs of one caller that do not end by themselves."""

    def __init__(self, threads: ConnectionThreads, count: int, caller: str = "globex") -> None:
        self.may_end, self.started = Event(), SimpleQueue[int]()
        self.results = [run(threads, partial(self.run, number), caller=caller) for number in range(count)]

    def run(self, number: int) -> None:
        self.started.put(number)
        assert self.may_end.wait(10)

    def end(self) -> None:
        self.may_end.set()
        for result in self.results:
            result.result(10)


def test_one_caller_runs_at_most_half_of_what_runs_at_once() -> None:
    threads = ConnectionThreads(4, waiting=0)
    busy = Busy(threads, 20)
    assert {busy.started.get(timeout=10) for _ in range(2)} == {0, 1}
    for _ in range(8):  # two are free for others, whatever waits
        run(threads, current_connection).result(10)
    assert busy.started.empty()
    busy.end()


def test_callers_take_turns() -> None:
    """Whoever waits with many jobs is not served before another caller's first one."""
    threads, order = ConnectionThreads(1, waiting=0), list[str]()
    busy = Busy(threads, 1)
    busy.started.get(timeout=10)
    jobs = [run(threads, partial(order.append, caller), caller=caller) for caller in ("acme", "acme", "acme", "b", "c")]
    busy.end()
    for job in jobs:
        job.result(10)
    assert order == ["acme", "b", "c", "acme", "acme"]


def test_the_caller_that_runs_the_fewest_is_next() -> None:
    threads, order = ConnectionThreads(4, waiting=0), list[str]()
    acme, globex = Busy(threads, 2, "acme"), Busy(threads, 2, "globex")
    for started in (acme.started, acme.started, globex.started, globex.started):
        started.get(timeout=10)
    late = [run(threads, partial(order.append, caller), caller=caller) for caller in ("acme", "b")]
    globex.may_end.set()
    late[1].result(10)
    assert order == ["b"], "acme's other jobs still run"
    acme.end()
    late[0].result(10)


def test_a_job_that_waits_without_its_connection_does_not_count() -> None:
    threads = ConnectionThreads(2, waiting=2)
    turns = [Turn(threads, "acme") for _ in range(2)]
    run(threads, current_connection, caller="acme").result(10)
    busy = Busy(threads, 2, "acme")
    busy.started.get(timeout=10)
    turns[0].end()  # a job that has begun ends
    assert busy.started.empty()
    busy.end()
    turns[1].end()
    busy = Busy(threads, 2, "acme")
    busy.started.get(timeout=10)
    run(threads, current_connection, caller="b").result(10)
    busy.end()


def test_a_caller_cannot_have_any_number_of_jobs_wait() -> None:
    threads = ConnectionThreads(2, waiting=0)
    busy = Busy(threads, 1)
    busy.started.get(timeout=10)
    submitted = [threads.submit("globex", lambda: None, limit=2) for _ in range(2)]
    assert submitted == [False, False], "they wait"
    with pytest.raises(TooManyWaiting):
        threads.submit("globex", lambda: None, limit=2)
    unlimited = run(threads, current_connection, caller="globex")  # such as the next block of a download
    assert threads.submit("acme", lambda: None, limit=2)
    busy.end()
    unlimited.result(10)
