"""Measures whether requests get slower as data grows: `python -m tools.bench.growth [--requests N] [--sqlite]`.

Prints the CPU time of GET and PATCH with 1,000 interview requests in the database, and with N, each with two rows of
the audit. All orgs have the same number of rows. The two databases have servers of their own, which are measured in
turn. Requests go to equally many rows of both: a process keeps what the objectives of 10,000 rows steer to, so the
first GET of a row takes longer, however many there are. On PostgreSQL with fsync off and Redis, or on SQLite.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.bench import cpu
from tools.bench.home import DIALECTS, NUMBERS
from tools.harness.orm import orm_at, set_up_django
from tools.harness.processes import exit_status
from tools.harness.stores import killable_postgres, redis_server
from tools.harness.web import Server, serving

if TYPE_CHECKING:
    from tools.bench.operations import Requests

ORGS = 50
FIRST_REQUESTS = 1_000
REQUESTS_OF_A_CONTACT = 10
OPERATIONS = ("GET", "PATCH")
CONNECTIONS, ROUNDS, SECONDS = 4, 6, 3.0
MEASURED_REQUESTS = FIRST_REQUESTS // ORGS

# Of one org.
STATEMENTS = (
    """INSERT INTO contacts_contact (org_id, email, name, notes, created_at, updated_at)
    {contacts} SELECT {org}, 'buyer' || n || '@example.com', 'Buyer ' || n, 'Runs the data team.', {now}, {now}
    FROM numbers""",
    """INSERT INTO interviews_interviewrequest (org_id, contact_id, interview_type_id, deal_id, objective, status,
        survey_token, created_at, updated_at)
    {requests} SELECT {org}, contact.id, type.id, 'deal_' || n, 'Why was pricing a blocker?', 'created',
        contact.id || '_' || n, {now}, {now}
    FROM contacts_contact AS contact, interviews_interviewtype AS type, numbers
    WHERE contact.org_id = {org} AND type.org_id = {org}""",
    """INSERT INTO orgs_change (org_id, object_type, object_id, field, before, actor_kind, actor, request_id,
        created_at)
    {changes} SELECT {org}, 'interviewrequest', id, 'objective', 'Why?', 'api_key', 'bench', 'bench', {now}
    FROM interviews_interviewrequest, numbers WHERE org_id = {org}""",
)


@dataclass(frozen=True)
class Store:
    """`environment`: of a web server. `pids`: of the database server, if it has processes of its own."""

    environment: dict[str, str]
    pids: list[int]


def fill(requests: int) -> "Requests":
    """Returns the operations of the last org, on its last interview requests."""
    from django.core.management import call_command
    from django.db import connection

    from interviews.models import InterviewRequest
    from interviews.services.create import onboard_org
    from orgs.plans import Plan
    from orgs.services import create_api_key
    from tools.bench.data import NEVER_REACHED
    from tools.bench.operations import Requests

    call_command("migrate", verbosity=0)
    orgs = [onboard_org(name=f"Org {n}", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED) for n in range(ORGS)]
    counts = {"contacts": requests // ORGS // REQUESTS_OF_A_CONTACT, "requests": REQUESTS_OF_A_CONTACT, "changes": 2}
    numbers = {name: NUMBERS.format(rows=count) for name, count in counts.items()}
    on_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for org in orgs:
            for statement in STATEMENTS:
                cursor.execute(statement.format(org=org.pk, now=DIALECTS[connection.vendor]["now"], **numbers))
        cursor.execute("VACUUM ANALYZE" if on_postgresql else "ANALYZE")
        if on_postgresql:
            cursor.execute("CHECKPOINT")  # otherwise PostgreSQL would write the new rows while requests are measured
    ids = InterviewRequest.objects.for_org(orgs[-1].pk).order_by("-pk").values_list("pk", flat=True)
    print(f"{InterviewRequest.objects.count():,} interview requests", flush=True)
    return Requests(create_api_key(org=orgs[-1], name="bench")[1], ids[MEASURED_REQUESTS - 1], ids[0], {})


def measure(server: Server, store: Store, requests: "Requests", name: str) -> list[float]:
    """CPU milliseconds of one operation: of the web processes, then of those in `store.pids`."""
    operation, pids = requests.operations()[name], [server.process.pid, *store.pids]
    return cpu.milliseconds_of(server.port, operation, pids, seconds=SECONDS, connections=CONNECTIONS)


def new_store(stack: ExitStack, directory: Path, name: str, *, on_sqlite: bool) -> Store:
    if on_sqlite:
        return Store({"DATABASE_URL": f"sqlite:///{directory / name}.sqlite3", "REDIS_URL": ""}, [])
    postgres = stack.enter_context(killable_postgres({}))
    assert postgres.process
    return Store(
        {"DATABASE_URL": postgres.url, "REDIS_URL": stack.enter_context(redis_server())}, [postgres.process.pid]
    )


def run(requests: int, *, on_sqlite: bool) -> None:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hindsight-growth-")))
        stores = [new_store(stack, directory, name, on_sqlite=on_sqlite) for name in ("small", "large")]
        set_up_django(stores[0].environment["DATABASE_URL"], stores[0].environment["REDIS_URL"])
        sent: list[Requests] = []
        for store, size in zip(stores, (FIRST_REQUESTS, requests), strict=True):
            with orm_at(store.environment["DATABASE_URL"]):
                sent.append(fill(size))
        servers = [
            stack.enter_context(serving(directory / f"{number}.log", store.environment, workers=1))
            for number, store in enumerate(stores)
        ]
        print(f"| CPU ms, web + PostgreSQL | {FIRST_REQUESTS:,} | {requests:,} | ratio |\n|:-|-:|-:|-:|")
        for name in OPERATIONS:
            rounds = [list(map(measure, servers, stores, sent, [name] * 2)) for _ in range(ROUNDS)]
            least = [min(times, key=sum) for times in zip(*rounds, strict=True)]
            cells = [" + ".join(f"{value:.2f}" for value in times) for times in least]
            print(f"| {name} | {' | '.join(cells)} | {sum(least[1]) / sum(least[0]):.2f} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.growth")
    parser.add_argument("--requests", type=int, default=5_000_000, help="interview requests at the end (5,000,000)")
    parser.add_argument("--sqlite", action="store_true")
    options = parser.parse_args()
    return exit_status(lambda: run(options.requests, on_sqlite=options.sqlite))


if __name__ == "__main__":
    sys.exit(main())
