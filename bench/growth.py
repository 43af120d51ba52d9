"""Measures whether requests get slower as data grows: `python -m bench.growth [--requests N] [--sqlite]`.

Prints the CPU time of GET and PATCH with 1,000 interview requests, and after growth, with two rows of the audit for
each. All orgs have the same number of rows. Requests go to equally many rows before and after: a process keeps what the
objectives of 10,000 rows steer to, so the first GET of a row takes longer, however many there are. On PostgreSQL with
fsync off and Redis, or on SQLite.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import client, cpu
from bench.home import DIALECTS, NUMBERS
from harness.orm import set_up_django
from harness.processes import ServerError, exit_status
from harness.stores import killable_postgres, redis_server
from harness.web import serving

ORGS = 50
FIRST_REQUESTS = 1_000
REQUESTS_OF_A_CONTACT = 10
OPERATIONS = ("GET", "PATCH")
CONNECTIONS, ROUNDS, SECONDS = 4, 5, 3.0

# Of one org.
STATEMENTS = (
    """INSERT INTO contacts_contact (org_id, email, name, notes, created_at, updated_at)
    {contacts} SELECT {org}, '{stage}' || n || '@example.com', 'Buyer ' || n, 'Runs the data team.', {now}, {now}
    FROM numbers""",
    """INSERT INTO interviews_interviewrequest (org_id, contact_id, interview_type_id, deal_id, objective, status,
        survey_token, created_at, updated_at)
    {requests} SELECT {org}, contact.id, type.id, 'deal_' || n, 'Why was pricing a blocker?', 'created',
        contact.id || '_' || n, {now}, {now}
    FROM contacts_contact AS contact, interviews_interviewtype AS type, numbers
    WHERE contact.org_id = {org} AND type.org_id = {org} AND contact.email LIKE '{stage}%'""",
    """INSERT INTO orgs_change (org_id, object_type, object_id, field, before, actor_kind, actor, request_id,
        created_at)
    {changes} SELECT {org}, 'interviewrequest', id, 'objective', 'Why?', 'api_key', 'bench', 'bench', {now}
    FROM interviews_interviewrequest, numbers WHERE org_id = {org}""",
)


def fill(stage: str, requests: int) -> None:
    """Adds rows to each org. The last org gets its rows last, with consecutive ids."""
    from django.db import connection

    from orgs.models import Org

    contacts = max(1, requests // ORGS // REQUESTS_OF_A_CONTACT)
    counts = {"contacts": contacts, "requests": REQUESTS_OF_A_CONTACT, "changes": 2}
    numbers = {name: NUMBERS.format(rows=count) for name, count in counts.items()}
    now = DIALECTS[connection.vendor]["now"]
    with connection.cursor() as cursor:
        for org in Org.objects.order_by("pk").values_list("pk", flat=True):
            for statement in STATEMENTS:
                cursor.execute(statement.format(stage=stage, org=org, now=now, **numbers))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("CHECKPOINT")  # otherwise PostgreSQL would write the new rows while requests are measured


def measure(stores: dict[str, str], pids: list[int], log: Path, stage: str) -> dict[str, list[float]]:
    """CPU milliseconds of each operation: of the web processes, then of those in `pids`."""
    from bench.operations import Requests
    from interviews.models import InterviewRequest
    from orgs.models import Org
    from orgs.services import create_api_key

    org = Org.objects.latest("pk")
    _, key = create_api_key(org=org, name=stage)
    rows = InterviewRequest.objects.filter(org=org, contact__email__startswith=stage)
    ids = rows.order_by("-pk").values_list("pk", flat=True)[: FIRST_REQUESTS // ORGS]
    requests = Requests(key, min(ids), max(ids), {})
    print(f"{InterviewRequest.objects.count():,} interview requests", flush=True)
    least: dict[str, list[float]] = {}
    with serving(log, stores, workers=1) as server:
        for _ in range(ROUNDS):
            for name in OPERATIONS:
                watched = [server.process.pid, *pids]
                before = [cpu.seconds_of(pid) for pid in watched]
                operation = requests.operations()[name]
                result = client.run(server.port, operation, seconds=SECONDS, connections=CONNECTIONS)
                if result.refused:
                    raise ServerError(f"{len(result.refused)} requests were refused: {result.refused[0].decode()}")
                spent = [cpu.seconds_of(pid) - seconds for pid, seconds in zip(watched, before, strict=True)]
                times = [seconds * 1000 / len(result.times) for seconds in spent]
                least[name] = min(least.get(name, times), times, key=sum)
    return least


def run(requests: int, *, on_sqlite: bool) -> None:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hindsight-growth-")))
        stores, pids = {"DATABASE_URL": f"sqlite:///{directory / 'growth.sqlite3'}", "REDIS_URL": ""}, []
        if not on_sqlite:
            postgres = stack.enter_context(killable_postgres({}))
            stores = {"DATABASE_URL": postgres.url, "REDIS_URL": stack.enter_context(redis_server())}
            pids = [postgres.process.pid] if postgres.process else []
        set_up_django(stores["DATABASE_URL"], stores["REDIS_URL"])
        from django.core.management import call_command

        from bench.data import NEVER_REACHED
        from interviews.services import onboard_org
        from orgs.plans import Plan

        call_command("migrate", verbosity=0)
        for number in range(ORGS):
            onboard_org(name=f"Org {number}", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED)
        fill("first", FIRST_REQUESTS)
        first = measure(stores, pids, directory / "first.log", "first")
        fill("later", requests - FIRST_REQUESTS)
        later = measure(stores, pids, directory / "later.log", "later")
    print("| CPU ms, web + PostgreSQL | 1,000 | after growth | ratio |\n|:-|-:|-:|-:|")
    for name in OPERATIONS:
        cells = [" + ".join(f"{value:.2f}" for value in times[name]) for times in (first, later)]
        print(f"| {name} | {cells[0]} | {cells[1]} | {sum(later[name]) / sum(first[name]):.2f} |")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.growth")
    parser.add_argument("--requests", type=int, default=5_000_000, help="interview requests at the end (5,000,000)")
    parser.add_argument("--sqlite", action="store_true")
    options = parser.parse_args()
    return exit_status(lambda: run(options.requests, on_sqlite=options.sqlite))


if __name__ == "__main__":
    sys.exit(main())
