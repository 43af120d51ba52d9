"""Measures the API and the survey page: `python -m tools.bench [--seconds 5] [--workers 2]`. See docs/performance.md.

Compares each operation, at several numbers of connections, with pgbench running the SQL of a PATCH, on PostgreSQL with
default durability. Differences below 10% are noise; between machines, compare ratios. Then runs tools.bench.capacity.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from tools.bench import client, cpu
from tools.bench.operations import Survey
from tools.harness.orm import set_up_django
from tools.harness.processes import exit_status
from tools.harness.stores import DURABLE, postgres, redis_server
from tools.harness.web import Server, serving

WARM_UP_SECONDS = 1.5
COUNTING = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_utility": "on"}
# Run inside PostgreSQL, without a round trip.
FOREIGN_KEY_CHECK = "SELECT % FROM ONLY % FOR KEY SHARE OF x"
NO_LIMIT = "10000000"
MB = 1024**2

HEADINGS = (
    *("", "connections", "requests/s", "of pgbench", "p50 ms", "p99 ms", "p99/p50"),
    *("CPU ms", "PostgreSQL CPU ms", "SQL statements"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Measures the API and the survey page.")
    parser.add_argument("--seconds", type=float, default=5, help="how long each measurement takes (5)")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve (2)")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64], help="requests at once (1 16 64)")
    parser.add_argument("--operations", nargs="+", metavar="NAME", help='such as "PATCH with If-Match" (all)')
    parser.add_argument(
        "--interview-seconds", type=float, default=120, help="of tools.bench.capacity; 0: skip it (120)"
    )
    options = parser.parse_args()
    return exit_status(lambda: run(options))


def run(options: argparse.Namespace) -> int:
    with (
        postgres({**DURABLE, **COUNTING}) as database_url,
        redis_server() as redis_url,
        tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
    ):
        set_up_django(database_url, redis_url)
        status = measure(options, database_url, Path(directory))
    return status or measure_interviews(options.interview_seconds)


def measure(options: argparse.Namespace, database_url: str, directory: Path) -> int:
    from tools.bench import data, floor

    customer = data.load()
    execute("CREATE EXTENSION pg_stat_statements")
    postmaster = psutil.Process(int(execute("SELECT pg_backend_pid()"))).ppid()
    program = Path(psutil.Process(postmaster).exe()).with_name("pgbench")

    print_row(HEADINGS)
    floors = {}
    for connections in options.connections:
        rate = floor.run(program, database_url, customer, directory, seconds=options.seconds, clients=connections)
        print_row(("pgbench, the SQL of a PATCH", str(connections), f"{rate:.0f}", "1.00", *[""] * 5, "1.0"))
        floors[connections] = rate

    operations = {
        **customer.requests().operations(),
        "survey: answer, next question": Survey(customer.survey_tokens()).operation(),
    }
    stores = {"DATABASE_URL": database_url, "REDIS_URL": os.environ["REDIS_URL"], "ANONYMOUS_RATE_LIMIT": NO_LIMIT}
    refused: list[bytes] = []
    sent = 0
    with serving(directory / "server.log", stores, workers=options.workers) as server:
        client.run(server.port, operations["GET"], seconds=WARM_UP_SECONDS, connections=options.connections[-1])
        first_memory = memory_of(server)
        for name in options.operations or operations:
            for connections in options.connections:
                result, row = load(options.seconds, connections, server, postmaster, operations[name])
                ratio = f"{result.rate / floors[connections]:.2f}"
                print_row((name, str(connections), f"{result.rate:.0f}", ratio, *row))
                refused += result.refused
                sent += len(result.times)
        print(
            f"Memory of a worker: {first_memory:.0f} MB at first, {memory_of(server):.0f} MB after {sent:,} requests."
        )
    if refused:
        sys.stderr.write(f"{len(refused)} requests were refused, the first with: {refused[0].decode()}\n")
    return 1 if refused else 0


def memory_of(server: Server) -> float:
    """Of the largest worker, in MB, shared memory included."""
    return float(max(psutil.Process(pid).memory_info().rss for pid in server.workers) / MB)


def measure_interviews(seconds: float) -> int:
    command = [sys.executable, "-m", "tools.bench.capacity", "--seconds", str(seconds)]
    return subprocess.run(command).returncode if seconds else 0


def load(
    seconds: float, connections: int, server: Server, postmaster: int, operation: client.Operation
) -> tuple[client.Result, tuple[str, ...]]:
    client.run(server.port, operation, seconds=WARM_UP_SECONDS, connections=connections)
    execute("CHECKPOINT")
    execute("SELECT pg_stat_statements_reset()")
    spent = {"server": -cpu.seconds_of(server.process.pid), "postgres": -cpu.seconds_of(postmaster)}
    result = client.run(server.port, operation, seconds=seconds, connections=connections)
    spent["server"] += cpu.seconds_of(server.process.pid)
    spent["postgres"] += cpu.seconds_of(postmaster)
    statements = float(execute(f"SELECT sum(calls) FROM pg_stat_statements WHERE query NOT LIKE '{FOREIGN_KEY_CHECK}'"))
    count = len(result.times)
    p50, p99 = result.milliseconds(0.50), result.milliseconds(0.99)
    return result, (
        f"{p50:.1f}",
        f"{p99:.1f}",
        f"{p99 / p50:.1f}",
        f"{spent['server'] * 1000 / count:.2f}",
        f"{spent['postgres'] * 1000 / count:.2f}",
        f"{statements / count:.1f}",
    )


def execute(sql: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
    return "" if row is None else str(row[0])


def print_row(cells: tuple[str, ...]) -> None:
    widths = [max(len(heading), 7) for heading in HEADINGS]
    widths[0] = 29
    first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    print("  ".join([first.strip().ljust(widths[0]), *others]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
