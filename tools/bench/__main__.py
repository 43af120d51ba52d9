"""Measures GET, PATCH, the survey page, the worker and growth: `make bench`. See docs/performance.md."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import psycopg
import redis

from tools.bench.client import Row, Script, cpu_seconds, gets, gets_after_patches, interviews, patches, run
from tools.harness.orm import orm_at, set_up_django
from tools.harness.processes import exit_status
from tools.harness.stores import DURABLE, StoreServer, killable_postgres, killable_redis
from tools.harness.web import Server, serving

CONNECTIONS, WARM_UP_SECONDS, ROUNDS = 16, 1.5, 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench")
    parser.add_argument("--seconds", type=float, default=5, help="how long each measurement takes; at most 8 (5)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="interview requests after growth (1000000)")
    options = parser.parse_args()
    return exit_status(lambda: measure(options.seconds, options.rows))


def measure(seconds: float, rows: int) -> None:
    with ExitStack() as stack:
        postgres = stack.enter_context(killable_postgres(DURABLE))
        counters = stack.enter_context(killable_redis())
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hindsight-bench-")))
        set_up_django(postgres.url, counters.url)
        from tools.bench.data import MEASURED, ORGS, fill
        from tools.bench.worker import measure_worker

        def target(url: str, measured: list[Row]) -> Target:
            stores = {"DATABASE_URL": url, "REDIS_URL": counters.url, "ANONYMOUS_RATE_LIMIT": "1000000"}
            server = stack.enter_context(serving(directory / url.rpartition("/")[2], stores, workers=2))
            return Target(server, measured, (server.process.pid, postgres.pid), counters, seconds)

        measured = fill(MEASURED)
        measure_worker(postgres.url, directory / "worker.log", postgres.pid)
        small = target(postgres.url, measured)
        measure_requests(small)
        with psycopg.connect(postgres.url, autocommit=True) as session:
            session.execute("CREATE DATABASE large")
        url = postgres.url.removesuffix("/postgres") + "/large"
        with orm_at(url):
            measured = fill(rows // ORGS)
        measure_growth(small, target(url, measured), rows)


@dataclass
class Target:
    """A web server. `pids`: of its first process, and of PostgreSQL's. `seconds`: of a measurement."""

    server: Server
    rows: list[Row]
    pids: tuple[int, int]
    counters: StoreServer
    seconds: float

    def run(self, script: Callable[[], Script], connections: int = CONNECTIONS) -> tuple[list[float], list[float]]:
        """Returns the milliseconds of each request, and the CPU milliseconds of one: of web server and PostgreSQL."""
        with redis.Redis.from_url(self.counters.url) as session:
            session.flushall()  # the counted requests of the minute
        run(self.server.port, script, seconds=WARM_UP_SECONDS, connections=connections)
        before = [cpu_seconds(pid) for pid in self.pids]
        times = run(self.server.port, script, seconds=self.seconds, connections=connections)
        spent = [cpu_seconds(pid) - seconds for pid, seconds in zip(self.pids, before, strict=True)]
        return [time * 1000 for time in times], [seconds * 1000 / len(times) for seconds in spent]


def measure_requests(target: Target) -> None:
    tokens = iter([row.survey_token for row in target.rows])
    scripts = {
        "GET": partial(gets, target.rows),
        "PATCH": partial(patches, target.rows),
        "survey page": partial(interviews, tokens),
    }
    print("|  | requests/s | p50 ms | p99 ms | CPU ms, web | CPU ms, PostgreSQL |\n|:-|-:|-:|-:|-:|-:|")
    for name, script in scripts.items():
        times, cpu = target.run(script)
        p50, p99 = (sorted(times)[int(quantile * (len(times) - 1))] for quantile in (0.5, 0.99))
        cells = f"{len(times) / target.seconds:,.0f}", f"{p50:.1f}", f"{p99:.1f}", *(f"{part:.2f}" for part in cpu)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    times, _ = target.run(partial(gets_after_patches, target.rows), connections=1)
    print(f"GET right after a PATCH: {median(times[1::3]):.2f} ms. Any GET: {median(times[2::3]):.2f} ms.", flush=True)


def measure_growth(small: Target, large: Target, rows: int) -> None:
    """In turn. Other work of the machine only adds to CPU time: the round with the least counts."""
    print(f"| CPU ms, web + PostgreSQL | {len(small.rows):,} rows | {rows:,} rows | ratio |\n|:-|-:|-:|-:|")
    for name, script in (("GET", gets), ("PATCH", patches)):
        rounds = [[sum(each.run(partial(script, each.rows))[1]) for each in (small, large)] for _ in range(ROUNDS)]
        first, second = map(min, zip(*rounds, strict=True))
        print(f"| {name} | {first:.2f} | {second:.2f} | {second / first:.2f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
