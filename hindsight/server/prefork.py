"""Granian, with the application imported before forking (decision 4).

The first start migrates the database in forked processes, whose memory the workers do not inherit.
"""

import gc
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing.process import BaseProcess

import django
from granian.cli import entrypoint

from hindsight.server.prepare import create_demo, explained_settings, migrate
from hindsight.server.serve import end_with_parent, number_of


def import_application() -> None:
    """Freezes the objects, because a garbage collector in a worker would copy their pages of shared memory."""
    import_module("hindsight.rsgi")
    gc.collect()
    gc.freeze()
    gc.collect()  # otherwise a full collection waits until new objects are a quarter of the frozen ones


def pin_workers(count: int) -> None:
    """Lets each worker run on one CPU only, if all CPUs get equally many workers.

    The interpreter lock lets one thread of a worker run at a time. On one CPU, its data stay in the cache of that CPU.
    A worker inherits its CPU when it is forked.
    """
    cpus = os.sched_getaffinity(0)
    if count % len(cpus):
        return

    def select_cpu() -> None:
        with suppress(OSError):  # in a sandbox, or for a worker that has ended
            siblings = [os.sched_getaffinity(worker.pid) for worker in multiprocessing.active_children() if worker.pid]
            taken = Counter(cpu for affinity in siblings for cpu in affinity)
            os.sched_setaffinity(0, {min(cpus, key=lambda cpu: (taken[cpu], cpu))})

    def select_all_cpus() -> None:
        with suppress(OSError):
            os.sched_setaffinity(0, cpus)

    os.register_at_fork(before=select_cpu, after_in_parent=select_all_cpus)


def restore_sigterm_in_workers() -> None:
    """A forked worker inherits granian's handler, which ignores SIGTERM there (decision 4).

    SIGTERM is blocked during the fork: a blocked signal stays pending.
    """

    def block() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def restore_default() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        unblock()

    os.register_at_fork(before=block, after_in_parent=unblock, after_in_child=restore_default)


def start_command(command: Callable[[], None]) -> BaseProcess:

    def run() -> None:
        if request_signal := end_with_parent(signal.SIGTERM):
            request_signal()
        command()

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


def wait_for(process: BaseProcess) -> None:
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def prepare_and_import() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
    with explained_settings():
        django.setup()
    migration = start_command(migrate)
    import_application()
    wait_for(migration)
    wait_for(start_command(create_demo))


def report_prepared(pipe: str) -> None:
    if pipe:
        with open(int(pipe), "wb") as writer:
            writer.write(b"prepared")


def main() -> None:
    is_forking = multiprocessing.get_start_method() == "fork"
    is_first = os.environ.pop("PREPARE", "")
    if is_first and is_forking:
        prepare_and_import()
    elif is_first:
        migrate()
        create_demo()
    elif is_forking:
        import_application()
    if is_forking:
        restore_sigterm_in_workers()
        if hasattr(os, "sched_setaffinity"):
            pin_workers(number_of("WEB_CONCURRENCY"))
    report_prepared(os.environ.pop("PREPARED_PIPE", ""))
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
