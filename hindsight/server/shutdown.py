"""How the processes of the server end (decision 4)."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

SHUTDOWN_SECONDS = 10
"""How long requests that have begun may take after SIGTERM or Ctrl-C. Then their web process is killed."""

WORKER_SHUTDOWN_SECONDS = 20
"""The same for tasks of `manage.py run_worker`. A webhook takes at most 15 s."""


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """A preexec_fn. The kernel sends the signal to the child when its parent dies."""
    if sys.platform != "linux":
        return None
    prctl, set_parent_death_signal = ctypes.CDLL(None).prctl, 1  # not after the fork

    def request_signal() -> None:
        prctl(set_parent_death_signal, number)

    return request_signal


def end_children_once() -> None:
    """Of processes that this one forks.

    - A web process that gets a stop signal twice hangs. In a session of its own, Ctrl-C does not reach it.
    - It inherits granian's handler, which ignores SIGTERM there. SIGTERM is blocked during the fork, because a blocked
      signal stays pending.
    - If it outlived granian, it would keep the port.
    """
    request_signal = end_with_parent(signal.SIGTERM)

    def begin() -> None:
        os.setsid()
        if request_signal:
            request_signal()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM}),
        after_in_child=begin,
    )
