"""Compares a GET right after a PATCH with a GET of a row whose objective and notes are read:
`python -m tools.bench.get_after_patch [--seconds 5]`.

On PostgreSQL with default durability, and Redis. One request at a time: PATCH, GET, GET of another row. No worker runs,
so that the first GET always has a row that is not read yet.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tools.bench.client import Connection
from tools.harness.orm import set_up_django
from tools.harness.processes import exit_status
from tools.harness.stores import DURABLE, postgres, redis_server
from tools.harness.web import serving


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.get_after_patch")
    parser.add_argument("--seconds", type=float, default=5)
    return exit_status(lambda: run(parser.parse_args().seconds))


def run(seconds: float) -> None:
    with (
        postgres(DURABLE) as database_url,
        redis_server() as redis_url,
        tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
    ):
        set_up_django(database_url, redis_url)
        from tools.bench import data

        customer = data.load()
        first, last = customer.first_request_id, customer.last_request_id
        middle = (first + last) // 2
        data.store_readings(range(middle, last + 1))
        requests = customer.requests()
        environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        with serving(Path(directory) / "server.log", environment, workers=1) as server:
            connection = Connection(server.port)
            unread, read = [], []
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                changed, other = requests.random.randrange(first, middle), requests.random.randint(middle, last)
                time_of(connection, requests.message("PATCH", requests.path(changed), requests.changes()))
                unread.append(time_of(connection, requests.message("GET", requests.path(changed))))
                read.append(time_of(connection, requests.message("GET", requests.path(other))))
    print(
        f"GET after PATCH: {median(unread) * 1000:.2f} ms. GET: {median(read) * 1000:.2f} ms. Medians of {len(read):,}."
    )
    print(f"Ratio: {median(unread) / median(read):.2f}")


def time_of(connection: Connection, request: bytes) -> float:
    """In seconds. Raises RuntimeError if it is refused."""
    connection.send(request)
    while not connection.receive():
        pass
    seconds = time.perf_counter() - connection.sent_at
    if b" 200 " not in connection.response.partition(b"\r\n")[0]:
        raise RuntimeError(connection.response.decode())
    return seconds


if __name__ == "__main__":
    sys.exit(main())
