"""Measures sixty interviews at once with a slow model: `python -m tools.bench.capacity [--seconds N]`.

Each contact answers once a minute, and the endpoint takes three seconds. Meanwhile a customer's system calls the API.
The server has its default workers and threads.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tools.bench.client import Result
from tools.bench.endpoint import Endpoint, slow_endpoint
from tools.bench.interviews import Contact, Times, call_api
from tools.bench.operations import Requests
from tools.harness.orm import set_up_django
from tools.harness.processes import exit_status
from tools.harness.stores import DURABLE, postgres, redis_server
from tools.harness.web import Server, serving

if TYPE_CHECKING:  # needs django.setup()
    from tools.bench.interview_data import Turns

DATABASES = ("sqlite", "postgresql")
WORDINGS = ("model", "guide")
WORKERS = 2  # the default
BASELINE_SECONDS = 30.0
API_REQUESTS_PER_SECOND = 20.0
SECONDS_BETWEEN_SAMPLES = 0.25
NO_LIMIT = "1000000"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.capacity", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="length of the interviews (120)")
    parser.add_argument("--interviews", type=int, default=60, help="interviews at once (60)")
    parser.add_argument("--endpoint-seconds", type=float, default=3, help="response time of the model (3)")
    parser.add_argument("--wording", choices=WORDINGS, default="model", help="whose words follow-ups have (model)")
    parser.add_argument("--database", choices=DATABASES, help="measure only this one, and print JSON")
    options = parser.parse_args()
    return exit_status(lambda: run(options))


def run(options: argparse.Namespace) -> None:
    if options.database:
        print(json.dumps(measure_on(options)))
    else:
        print_table(options.interviews, [run_for(database) for database in DATABASES])


def run_for(database: str) -> dict[str, str]:
    """Runs this program for one database: Django's settings allow one in a process."""
    command = [sys.executable, "-m", "tools.bench.capacity", *sys.argv[1:], "--database", database]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(f"The measurement on {database} failed.")
    rows: dict[str, str] = json.loads(done.stdout)
    return rows


def print_table(interviews: int, columns: list[dict[str, str]]) -> None:
    print(f"| {interviews} interviews at once | {' | '.join(DATABASES)} |\n|:-|{'-:|' * len(DATABASES)}")
    for name in columns[0]:
        print(f"| {name} | {' | '.join(column[name] for column in columns)} |", flush=True)


def measure_on(options: argparse.Namespace) -> dict[str, str]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hindsight-capacity-")))
        stores = {"DATABASE_URL": f"sqlite:///{directory / 'capacity.sqlite3'}", "REDIS_URL": ""}
        if options.database == "postgresql":
            stores["DATABASE_URL"] = stack.enter_context(postgres(DURABLE))
            stores["REDIS_URL"] = stack.enter_context(redis_server())
        set_up_django(stores["DATABASE_URL"], stores["REDIS_URL"])
        return asyncio.run(measure(options, stores, directory / "server.log"))


async def measure(options: argparse.Namespace, stores: dict[str, str], log: Path) -> dict[str, str]:
    from tools.bench.interview_data import load, turns  # after django.setup()

    tokens, requests = await asyncio.to_thread(load, options.interviews)
    unloaded, loaded, times = Result(), Result(), Times()
    async with slow_endpoint(options.endpoint_seconds) as endpoint:
        model = {"PAIGE_BASE_URL": endpoint.url, "PAIGE_MODEL": "slow", "PAIGE_WORDING": options.wording}
        model["ANONYMOUS_RATE_LIMIT"] = NO_LIMIT
        with serving(log, {**stores, **model}, workers=WORKERS) as server:
            contacts = [Contact(server.port, token, times, seed) for seed, token in enumerate(tokens)]
            for contact in contacts:
                await contact.consent()
            await api_calls(server, requests, Result(), 5)
            await api_calls(server, requests, unloaded, BASELINE_SECONDS)
            usage = Usage(endpoint, connection_counter(stores["DATABASE_URL"], server))
            watching = asyncio.create_task(usage.watch())
            end = asyncio.get_running_loop().time() + options.seconds
            async with asyncio.TaskGroup() as group:
                for contact in contacts:
                    group.create_task(contact.answer_until(end))
                group.create_task(api_calls(server, requests, loaded, options.seconds))
            watching.cancel()
    return report(await asyncio.to_thread(turns), times, unloaded, loaded, usage)


async def api_calls(server: Server, requests: Requests, result: Result, seconds: float) -> None:
    await call_api(server.port, requests, result, per_second=API_REQUESTS_PER_SECOND, seconds=seconds)


class Usage:
    def __init__(self, endpoint: Endpoint, count_connections: Callable[[], int]) -> None:
        self.endpoint, self.count_connections = endpoint, count_connections
        self.most_connections = 0

    async def watch(self) -> None:
        while True:
            if self.endpoint.waiting:
                self.most_connections = max(self.most_connections, await asyncio.to_thread(self.count_connections))
            await asyncio.sleep(SECONDS_BETWEEN_SAMPLES)


def connection_counter(database_url: str, server: Server) -> Callable[[], int]:
    """Idle connections included, but not those of the probes."""
    if database_url.startswith("sqlite"):
        path = database_url.removeprefix("sqlite:///")
        return lambda: sum(open_files(pid).count(path) for pid in server.workers)
    import psycopg

    session = psycopg.connect(database_url, autocommit=True)
    of_others = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    statement = f"SELECT count(*) FROM pg_stat_activity WHERE {of_others}"

    def count() -> int:
        row: Any = session.execute(statement.encode()).fetchone()
        return int(row[0])

    return count


def open_files(pid: int) -> list[str]:
    with suppress(psutil.Error):
        return [file.path for file in psutil.Process(pid).open_files()]
    return []


def report(turns: "Turns", times: Times, unloaded: Result, loaded: Result, usage: Usage) -> dict[str, str]:
    if not turns.to_choose:
        raise RuntimeError("No contact has answered: measure for more seconds.")
    refused = [*times.posts.refused, *times.questions.refused, *unloaded.refused, *loaded.refused]
    return {
        "answers": f"{len(times.posts.times)}",
        "turns that fell back": share(turns.choices_fell_back, turns.to_choose),
        "words that fell back": share(turns.words_fell_back, turns.to_word),
        "answer stored, p50 / p99": milliseconds(times.posts),
        "next question shown, p50 / p99": milliseconds(times.questions),
        "API without interviews, p50 / p99": milliseconds(unloaded),
        "API during interviews, p50 / p99": milliseconds(loaded),
        "ratio of the API's p99": f"{loaded.milliseconds(0.99) / unloaded.milliseconds(0.99):.1f}",
        "most turns waiting at once": f"{usage.endpoint.most_waiting}",
        "most database connections while turns wait": f"{usage.most_connections}",
        "refused requests": f"{len(refused)} {refused[0].decode() if refused else ''}".strip(),
    }


def share(count: int, of: int) -> str:
    return f"{count} of {of} ({count / max(of, 1):.1%})"


def milliseconds(result: Result) -> str:
    return f"{result.milliseconds(0.5):,.0f} / {result.milliseconds(0.99):,.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
