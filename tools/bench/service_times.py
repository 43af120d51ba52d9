"""Measures the CPU time of each operation of the API: `python -m tools.bench.service_times [--seconds 5] [--rounds 5]`.

On PostgreSQL with default durability, and Redis. docs/scaling.md has the times. CPU time depends less on
other work of the machine than response times do, and other work only adds to it: the round with the least is printed.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.bench import cpu
from tools.harness.orm import set_up_django
from tools.harness.processes import exit_status
from tools.harness.stores import DURABLE, killable_postgres, killable_redis
from tools.harness.web import serving

WORKERS, CONNECTIONS = 2, 8
PAGE = 25
OPERATIONS = ("PATCH", "GET", f"list of {PAGE}", "POST")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.service_times")
    parser.add_argument("--seconds", type=float, default=5, help="how long each operation is measured in a round (5)")
    parser.add_argument("--rounds", type=int, default=5, help="the first one is not counted (5)")
    options = parser.parse_args()
    return exit_status(lambda: measure(options.seconds, options.rounds))


def measure(seconds: float, rounds: int) -> None:
    with (
        killable_postgres(DURABLE) as postgres,
        killable_redis() as redis,
        tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
    ):
        set_up_django(postgres.url, redis.url)
        from tools.bench import data

        customer = data.load()
        # On a busy machine Redis may need longer than the default, and requests would pass uncounted.
        patient = "?socket_timeout=10&socket_connect_timeout=10"
        environment = {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url + patient,
        }
        with serving(Path(directory) / "server.log", environment, workers=WORKERS) as server:
            assert postgres.process
            assert redis.process
            pids = (server.process.pid, postgres.process.pid, redis.process.pid)
            operations = customer.requests(PAGE).operations()
            measured: dict[str, list[list[float]]] = {name: [] for name in OPERATIONS}
            for _ in range(rounds):
                for name in OPERATIONS:
                    times = cpu.milliseconds_of(
                        server.port, operations[name], pids, seconds=seconds, connections=CONNECTIONS
                    )
                    measured[name].append(times)
            print_table(measured)


def print_table(measured: Mapping[str, list[list[float]]]) -> None:
    print("| CPU ms | web | PostgreSQL | Redis |\n|:-|-:|-:|-:|")
    for name, times in measured.items():
        web, database, counters = min(times[1:], key=sum)
        print(f"| {name} | {web:.2f} | {database:.2f} | {counters:.3f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
