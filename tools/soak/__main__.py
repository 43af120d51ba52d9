"""Writes while servers and stores fail: `make soak`. CONTRIBUTING.md describes the faults and the exit status."""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.harness.orm import set_up_django
from tools.harness.processes import ServerError, eventually, exit_status, free_port, is_running
from tools.harness.stores import DURABLE, killable_postgres, killable_redis
from tools.harness.web import serving
from tools.soak.clients import ACKNOWLEDGED, EXPECTED, TIMEOUT, Client, Response

CLIENTS, RECOVERY = 8, 60.0  # RECOVERY: seconds
# Together longer than granian's 5.5 seconds, in which a second crash ends all workers.
FAULT_SECONDS, CALM_SECONDS = 3.0, 3.0


class Deployment(ExitStack):
    def __enter__(self) -> "Deployment":
        super().__enter__()
        self.postgres = self.enter_context(killable_postgres(DURABLE))
        self.redis = self.enter_context(killable_redis())
        self.log = Path(self.enter_context(TemporaryDirectory(prefix="hindsight-soak-")), "log")
        self.port, self.serving = free_port(), self.enter_context(ExitStack())
        return self

    def restart(self) -> None:
        """Finishes the current requests first."""
        self.serving.close()
        stores = {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}
        self.server = self.serving.enter_context(serving(self.log, stores, workers=2, port=self.port))

    def kill(self, pids: Iterable[int]) -> None:
        for pid in filter(is_running, pids):
            os.kill(pid, signal.SIGKILL)

    def is_up(self) -> bool:
        """Starts what has ended, as systemd does."""
        for store in (self.postgres, self.redis):
            if not store.is_running:
                store.start()
        if self.server.process.poll() is not None:
            self.restart()
        return self.server.is_healthy()


FAULTS: dict[str, Callable[[Deployment], None]] = {
    "none": lambda deployment: None,
    "worker": lambda deployment: deployment.kill([random.choice([*filter(is_running, deployment.server.workers)])]),
    "server": lambda deployment: deployment.kill(deployment.server.processes),
    "restart": lambda deployment: deployment.restart(),
    "postgresql": lambda deployment: deployment.postgres.kill(),
    "redis": lambda deployment: deployment.redis.kill(),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.soak")
    parser.add_argument("--seconds", type=float, default=20, help="how long each fault is repeated (20)")
    parser.add_argument("--faults", default=",".join(FAULTS), help="comma-separated (%(default)s)")
    options = parser.parse_args()
    faults = options.faults.split(",")
    if unknown := set(faults) - set(FAULTS):
        parser.error(f"unknown: {', '.join(unknown)}")
    return exit_status(lambda: run(faults, options.seconds))


def run(faults: Sequence[str], seconds: float) -> int:
    with Deployment() as deployment:
        set_up_django(deployment.postgres.url, deployment.redis.url)
        from django.db import connections

        from tools.soak import data

        org, customers = data.load(CLIENTS)
        deployment.restart()
        responses = list[Response]()
        clients = [Client(number, deployment.port, customer, responses) for number, customer in enumerate(customers)]
        for client in clients:
            client.start()
        for fault in faults:
            print(f"{fault}: {repeat(partial(FAULTS[fault], deployment), deployment, responses, seconds)}", flush=True)
        for client in clients:
            client.stopping.set()
            client.join(TIMEOUT)
        connections.close_all()  # PostgreSQL has been restarted
        problems = data.verify(chain.from_iterable(client.writes for client in clients), org)
    for name in ("lost", "doubled", "partial"):
        print(f"{name}: {len(problems[name])} writes", *problems[name][:5])
    unexpected = {status for status, _ in responses if isinstance(status, int)} - EXPECTED
    return int(any(problems.values()) or bool(unexpected))


def repeat(fault: Callable[[], None], deployment: Deployment, responses: list[Response], seconds: float) -> str:
    """Raises ServerError if no write is acknowledged after a fault."""
    first, started = len(responses), time.monotonic()
    while time.monotonic() < started + seconds:
        fault()
        time.sleep(FAULT_SECONDS)
        now = time.monotonic()

        def is_recovered(after: float = now) -> bool:
            return deployment.is_up() and acknowledged(responses)[-1:] > [after]

        if not eventually(is_recovered, seconds=RECOVERY):
            raise ServerError(f"Not recovered {RECOVERY:.0f} s after the fault.")
        time.sleep(CALM_SECONDS)
    times = [started, *acknowledged(responses[first:]), time.monotonic()]
    outage = max(after - before for before, after in pairwise(times))
    counts = Counter(status for status, _ in responses[first:])
    return f"{', '.join(f'{count} {status}' for status, count in counts.items())}; longest outage {outage:.1f} s"


def acknowledged(responses: Sequence[Response]) -> list[float]:
    """The times of the acknowledgements, in order."""
    return [at for status, at in responses if status in ACKNOWLEDGED]


if __name__ == "__main__":
    sys.exit(main())
