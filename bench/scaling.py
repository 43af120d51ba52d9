"""Computes what orgs at their rate limits need, from measured service times: `python -m bench.scaling`.

Prints the cores that orgs need, the orgs that each step of docs/scaling.md sustains, and simulated response times. It
needs no server. Example: `python -m bench.scaling --times PATCH 1.2 0.5 0.04 --cores 16`.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from heapq import heapreplace
from math import ceil
from typing import NamedTuple

from orgs.plans import REQUESTS_PER_MINUTE, Plan


class Times(NamedTuple):
    """CPU milliseconds of one request."""

    web: float
    postgres: float
    redis: float


# Measured with bench.service_times.
SERVICE_TIMES = {
    "PATCH": Times(0.59, 0.31, 0.035),
    "GET": Times(0.66, 0.10, 0.033),
    "list": Times(0.62, 0.10, 0.032),
    "POST": Times(1.03, 0.39, 0.039),
}
READS = ("GET", "list")

# Assumed: the shares of the operations in the requests, and of the plans in the orgs.
OPERATIONS = {"PATCH": 0.5, "GET": 0.3, "list": 0.1, "POST": 0.1}
PLANS = {Plan.ESSENTIALS: 0.70, Plan.GROWTH: 0.25, Plan.ENTERPRISE: 0.05}

SIZES = (100, 500, 1_000, 2_000, 5_000, 10_000)

# A step is due when more of the time is used: queues grow, and peaks need the rest.
PLANNED_UTILIZATION = 0.6
UTILIZATIONS = (0.5, 0.6, 0.7, 0.8, 0.9)

# Of a web worker: WEB_THREADS and /readyz. Of PostgreSQL: max_connections.
CONNECTIONS_OF_WORKER, MAX_CONNECTIONS = 5, 100


class Load(NamedTuple):
    """`rate` in requests per second; the others in cores."""

    rate: float
    web: float
    postgres: float
    postgres_reads: float
    redis: float


def load_of(orgs: float, times: dict[str, Times]) -> Load:
    rate = orgs * sum(share * REQUESTS_PER_MINUTE[plan] for plan, share in PLANS.items()) / 60
    seconds = {name: rate * share / 1000 for name, share in OPERATIONS.items()}
    return Load(
        rate,
        web=sum(seconds[name] * times[name].web for name in seconds),
        postgres=sum(seconds[name] * times[name].postgres for name in seconds),
        postgres_reads=sum(seconds[name] * times[name].postgres for name in READS),
        redis=sum(seconds[name] * times[name].redis for name in seconds),
    )


def limits(times: dict[str, Times], cores: int, database_cores: int) -> dict[str, int]:
    """How many orgs each step sustains."""
    one = load_of(1, times)
    workers = MAX_CONNECTIONS // CONNECTIONS_OF_WORKER

    def orgs(cores: int, cores_of_one: float) -> int:
        return int(cores * PLANNED_UTILIZATION / cores_of_one)

    return {
        f"one machine of {cores} cores": orgs(cores, one.web + one.postgres + one.redis),
        f"{MAX_CONNECTIONS} connections, so {workers} web workers": orgs(workers, one.web),
        f"PostgreSQL on {database_cores} cores": orgs(database_cores, one.postgres),
        f"PostgreSQL on {database_cores} cores, reads on replicas": orgs(
            database_cores, one.postgres - one.postgres_reads
        ),
        "Redis, which uses one core": orgs(1, one.redis),
    }


def served(arrivals: Sequence[float], seconds: Sequence[float], servers: int) -> list[float]:
    """When each request is done. The requests wait in one queue, in the order of their arrival."""
    done, idle_at = [0.0] * len(arrivals), [0.0] * servers
    for number in sorted(range(len(arrivals)), key=arrivals.__getitem__):
        done[number] = max(arrivals[number], idle_at[0]) + seconds[number]
        heapreplace(idle_at, done[number])
    return done


def served_apart(
    arrivals: Sequence[float], seconds: Sequence[float], servers: int, chance: random.Random
) -> list[float]:
    """Like `served`, but each server has a queue of its own, and a request joins any of them."""
    done = [0.0] * len(arrivals)
    queues: list[list[int]] = [[] for _ in range(servers)]
    for number in range(len(arrivals)):
        chance.choice(queues).append(number)
    for queue in queues:
        times = served([arrivals[number] for number in queue], [seconds[number] for number in queue], 1)
        for number, time in zip(queue, times, strict=True):
            done[number] = time
    return done


def response_times(
    arrivals: Sequence[float], times: dict[str, Times], utilization: float, load: Load, chance: random.Random
) -> list[float]:
    """Milliseconds in web worker, Redis and PostgreSQL, sorted. Service times are exponentially distributed."""
    names = chance.choices([*OPERATIONS], [*OPERATIONS.values()], k=len(arrivals))

    def drawn(queue: str) -> list[float]:
        return [chance.expovariate(1000 / getattr(times[name], queue)) for name in names]

    done = served_apart(arrivals, drawn("web"), ceil(load.web / utilization), chance)
    done = served_apart(done, drawn("redis"), ceil(load.redis / utilization), chance)
    done = served(done, drawn("postgres"), ceil(load.postgres / utilization))
    return sorted((end - start) * 1000 for start, end in zip(arrivals, done, strict=True))


def evenly(orgs: int, seconds: float, chance: random.Random) -> list[float]:
    """When requests arrive: at any time."""
    rate = load_of(orgs, SERVICE_TIMES).rate
    return [chance.uniform(0, seconds) for _ in range(round(rate * seconds))]


def in_bursts(orgs: int, seconds: float, chance: random.Random, *, burst: float) -> list[float]:
    """Each org sends the requests of its minute within `burst` seconds. The windows of the orgs begin at any time."""
    arrivals: list[float] = []
    for plan in chance.choices([*PLANS], [*PLANS.values()], k=orgs):
        begin = chance.uniform(0, 60)
        sent = ((begin + chance.uniform(0, burst)) % 60 for _ in range(REQUESTS_PER_MINUTE[plan]))
        arrivals += [time for time in sent if time < seconds]
    return arrivals


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scaling")
    parser.add_argument("--times", nargs=4, action="append", default=[], metavar=("OPERATION", "WEB", "PG", "REDIS"))
    parser.add_argument("--orgs", type=int, default=2_000, help="whose response times are simulated (2000)")
    parser.add_argument("--seconds", type=float, default=30, help="that are simulated, at most 60 (30)")
    parser.add_argument("--burst", type=float, default=5, help="in which an org sends the requests of a minute (5)")
    parser.add_argument("--cores", type=int, default=8, help="of a machine for everything (8)")
    parser.add_argument("--database-cores", type=int, default=32, help="of a machine for PostgreSQL (32)")
    options = parser.parse_args()
    times = SERVICE_TIMES | {name: Times(*map(float, values)) for name, *values in options.times}
    if unknown := times.keys() - SERVICE_TIMES.keys():
        parser.error(f"Operations are {', '.join(SERVICE_TIMES)}, not {', '.join(unknown)}.")
    loads = {orgs: load_of(orgs, times) for orgs in SIZES}
    print_table(
        "orgs | requests/s | cores of web workers | of PostgreSQL | of these, reads | of Redis",
        [(f"{orgs:,}", f"{load.rate:,.0f}", *(f"{cores:.1f}" for cores in load[1:])) for orgs, load in loads.items()],
    )
    sustained = limits(times, options.cores, options.database_cores)
    print_table("limit | orgs", [(step, f"{orgs:,}") for step, orgs in sustained.items()])
    print_response_times(options, times)
    return 0


def print_response_times(options: argparse.Namespace, times: dict[str, Times]) -> None:
    load, rows = load_of(options.orgs, times), []
    arrivals: tuple[Callable[[random.Random], list[float]], ...] = (
        lambda chance: evenly(options.orgs, options.seconds, chance),
        lambda chance: in_bursts(options.orgs, options.seconds, chance, burst=options.burst),
    )
    for utilization in UTILIZATIONS:
        cells = [f"{utilization:.0%}"]
        for arrive in arrivals:
            chance = random.Random(1)
            result = response_times(arrive(chance), times, utilization, load, chance)
            cells += [f"{result[int(len(result) * quantile)]:.1f}" for quantile in (0.5, 0.99)]
        rows.append(cells)
    print_table("utilization | even: p50 ms | p99 ms | in bursts: p50 ms | p99 ms", rows)


def print_table(heading: str, rows: Sequence[Sequence[str]]) -> None:
    columns = heading.count("|")
    print("\n".join([f"| {heading} |", f"|:-{'|-:' * columns}|", *(f"| {' | '.join(row)} |" for row in rows), ""]))


if __name__ == "__main__":
    sys.exit(main())
