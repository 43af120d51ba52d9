"""Measures the CPU time of each operation of the API: `python -m bench.service_times [--seconds 5] [--rounds 5]`.

On PostgreSQL with default durability, and Redis. The times are the input of bench.scaling. CPU time depends less on
other work of the machine than response times do, and other work only adds to it: the round with the least is printed.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bench import client, cpu
from harness.orm import set_up_django
from harness.processes import ServerError, interrupt_on_signals
from harness.stores import DURABLE, killable_postgres, killable_redis
from harness.web import serving

if TYPE_CHECKING:
    from bench.data import Customer

WORKERS, CONNECTIONS = 2, 8
PAGE = 25
CREATED = b"HTTP/1.1 201 Created"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.service_times")
    parser.add_argument("--seconds", type=float, default=5, help="how long each operation is measured in a round (5)")
    parser.add_argument("--rounds", type=int, default=5, help="the first one is not counted (5)")
    options = parser.parse_args()
    interrupt_on_signals()
    try:
        measure(options.seconds, options.rounds)
    except (ServerError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def measure(seconds: float, rounds: int) -> None:
    with (
        killable_postgres(DURABLE) as postgres,
        killable_redis() as redis,
        tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
    ):
        set_up_django(postgres.url, redis.url)
        from bench import data  # after django.setup()

        customer = data.load()
        # On a busy machine Redis may need longer than the default, and requests would pass uncounted.
        patient = "?socket_timeout=10&socket_connect_timeout=10"
        stores = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url + patient}
        with serving(Path(directory) / "server.log", stores, workers=WORKERS) as server:
            assert postgres.process
            assert redis.process
            pids = (server.process.pid, postgres.process.pid, redis.process.pid)
            operations = operations_of(customer)
            measured: dict[str, list[list[float]]] = {name: [] for name in operations}
            for _ in range(rounds):
                for name, make_request in operations.items():
                    measured[name].append(cpu_milliseconds(server.port, make_request, pids, seconds))
            print_table(measured)


def print_table(measured: Mapping[str, list[list[float]]]) -> None:
    print("| CPU ms | web | PostgreSQL | Redis |\n|:-|-:|-:|-:|")
    for name, times in measured.items():
        web, database, counters = min(times[1:], key=sum)
        print(f"| {name} | {web:.2f} | {database:.2f} | {counters:.3f} |", flush=True)


def operations_of(customer: "Customer") -> Mapping[str, client.MakeRequest]:
    from interviews.models import InterviewType

    requests = client.Requests(customer.key, customer.first_request_id, customer.last_request_id, customer.etags)
    interview_type = InterviewType.objects.for_org(customer.org_id).earliest("pk").public_id
    numbers = random.Random(1)

    def page(previous: bytes) -> bytes:
        return message(customer.key, "GET", f"/api/v1/interviews?limit={PAGE}")

    def create(previous: bytes) -> bytes:
        number = numbers.randrange(10**9)
        body = {
            "interview_type_id": interview_type,
            "contact_email": f"new{number}@example.com",
            "contact_context": {"title": "CTO", "evaluation_notes": f"Completed a 30-day POC; {number}"},
            "objective": f"Understand why pricing was the blocker; {number}",
        }
        return message(customer.key, "POST", "/api/v1/interviews", json.dumps(body).encode())

    return {"PATCH": requests.patch, "GET": requests.get, "list": page, "POST": create}


def message(key: str, method: str, path: str, body: bytes = b"") -> bytes:
    lines = (
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


def cpu_milliseconds(port: int, make_request: client.MakeRequest, pids: tuple[int, ...], seconds: float) -> list[float]:
    """For each request, by process tree. Raises ServerError if a request fails."""
    before = [cpu.seconds_of(pid) for pid in pids]
    result = client.run(port, make_request, seconds=seconds, connections=CONNECTIONS)
    if failed := [line for line in result.refused if line != CREATED]:
        raise ServerError(f"{len(failed)} requests failed, the first with: {failed[0].decode()}")
    return [(cpu.seconds_of(pid) - spent) * 1000 / len(result.times) for pid, spent in zip(pids, before, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
