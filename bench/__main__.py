"""Measures requests per second: `python -m bench [--seconds 10] [--workers 2]`. See docs/performance.md.

Compares PATCH, with and without If-Match, and GET with pgbench running the SQL of a PATCH, on PostgreSQL with default
durability. Differences below 10% are noise; between machines, compare ratios. Then runs bench.capacity.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from bench import client, cpu
from harness.orm import set_up_django
from harness.processes import ServerError, interrupt_on_signals
from harness.stores import DURABLE, postgres, redis_server
from harness.web import Server, serving

WARM_UP_SECONDS = 2.0
COUNTING = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_utility": "on"}
# Run inside PostgreSQL, without a round trip; not counted.
FOREIGN_KEY_CHECK = "SELECT 1 FROM ONLY % FOR KEY SHARE OF x"

HEADINGS = ("", "requests/s", "of pgbench", "p50 ms", "p99 ms", "CPU ms", "PostgreSQL CPU ms", "SQL statements")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures PATCH and GET of an interview.")
    parser.add_argument("--seconds", type=float, default=10, help="how long each measurement takes (10)")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve (2)")
    parser.add_argument("--connections", type=int, default=16, help="requests at once (16)")
    parser.add_argument("--interview-seconds", type=float, default=120, help="of bench.capacity; 0: skip it (120)")
    options = parser.parse_args()
    interrupt_on_signals()
    try:
        with (
            postgres({**DURABLE, **COUNTING}) as database_url,
            redis_server() as redis_url,
            tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
        ):
            set_up_django(database_url, redis_url)
            status = measure(options, database_url, Path(directory))
        return status or measure_interviews(options.interview_seconds)
    except (ServerError, RuntimeError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def measure(options: argparse.Namespace, database_url: str, directory: Path) -> int:
    from bench import data, floor  # after django.setup()

    customer = data.load()
    execute("CREATE EXTENSION pg_stat_statements")
    postmaster = psutil.Process(int(execute("SELECT pg_backend_pid()"))).ppid()
    program = Path(psutil.Process(postmaster).exe()).with_name("pgbench")
    requests = client.Requests(customer.key, customer.first_request_id, customer.last_request_id, customer.etags)

    stores = {"DATABASE_URL": database_url, "REDIS_URL": os.environ["REDIS_URL"]}
    with serving(directory / "server.log", stores, workers=options.workers) as server:
        measured = {
            name: load(options, server, postmaster, make)
            for name, make in {
                "PATCH with If-Match": requests.patch_if_match,
                "PATCH": requests.patch,
                "GET": requests.get,
            }.items()
        }
    report = floor.run(program, database_url, customer, directory, seconds=options.seconds, clients=options.connections)
    floor_rate = float(report.partition("tps = ")[2].split()[0])

    print_row(HEADINGS)
    for name, (result, row) in measured.items():
        ratio = f"{result.rate / floor_rate:.2f}" if name.startswith("PATCH") else ""
        print_row((name, f"{result.rate:.0f}", ratio, *row))
    print_row(("pgbench, the SQL of a PATCH", f"{floor_rate:.0f}", "1.00", "", "", "", "", "2.0"))
    refused = [line.decode() for result, _ in measured.values() for line in result.refused]
    if refused:
        sys.stderr.write(f"{len(refused)} requests were refused, the first with: {refused[0]}\n")
    return 1 if refused else 0


def measure_interviews(seconds: float) -> int:
    """In a process of its own, which sets other databases up."""
    command = [sys.executable, "-m", "bench.capacity", "--seconds", str(seconds)]
    return subprocess.run(command).returncode if seconds else 0


def load(
    options: argparse.Namespace, server: Server, postmaster: int, make_request: client.MakeRequest
) -> tuple[client.Result, tuple[str, ...]]:
    """Returns the result and the table cells from p50 on."""
    client.run(server.port, make_request, seconds=WARM_UP_SECONDS, connections=options.connections)
    execute("CHECKPOINT")
    execute("SELECT pg_stat_statements_reset()")
    spent = {"server": -cpu.seconds_of(server.process.pid), "postgres": -cpu.seconds_of(postmaster)}
    result = client.run(server.port, make_request, seconds=options.seconds, connections=options.connections)
    spent["server"] += cpu.seconds_of(server.process.pid)
    spent["postgres"] += cpu.seconds_of(postmaster)
    statements = float(execute(f"SELECT sum(calls) FROM pg_stat_statements WHERE query NOT LIKE '{FOREIGN_KEY_CHECK}'"))
    count = len(result.times)
    return result, (
        f"{result.milliseconds(0.50):.1f}",
        f"{result.milliseconds(0.99):.1f}",
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
    widths = [max(len(heading), 10) for heading in HEADINGS]
    widths[0] = 27
    first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    print("  ".join([first.strip().ljust(widths[0]), *others]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
