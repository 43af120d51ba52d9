"""Serves 50 orgs, each with the limit of the plan enterprise, for a load generator outside of this repository.

    python -m tools.bench.many_orgs --database postgresql://… --redis redis://… --ids FILE

Fills the database, which must be empty. Writes a line for each of 4,000 interview requests to FILE: its id, and the API
key of its org. Prints `--url URL --key KEY --ids FILE --pid PID`, and serves until it is stopped. PID is the process
from which all others of the server descend.
"""

import argparse
import signal
import tempfile
from pathlib import Path

from tools.harness.orm import set_up_django
from tools.harness.web import serving

CONTACTS_OF_AN_ORG = 40


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.many_orgs", description="Serves 50 orgs.")
    parser.add_argument("--database", required=True, help="the URL of an empty PostgreSQL database")
    parser.add_argument("--redis", required=True, help="the URL of a Redis database")
    parser.add_argument("--ids", required=True, type=Path, help="the file to write")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve (2)")
    options = parser.parse_args()

    set_up_django(options.database, options.redis)
    key = load(options.ids)
    stores = {"DATABASE_URL": options.database, "REDIS_URL": options.redis}
    with (
        tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
        serving(Path(directory, "server.log"), stores, workers=options.workers) as server,
    ):
        url = f"http://127.0.0.1:{server.port}"
        print(f"--url {url} --key {key} --ids {options.ids} --pid {server.process.pid}", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def load(ids: Path) -> str:
    """Returns the key of one of the orgs."""
    from django.core.management import call_command
    from django.db import connection

    from interviews.services.create import onboard_org
    from orgs.plans import Plan
    from orgs.services import create_api_key
    from tools.bench.data import INSERT_CONTACTS, INSERT_REQUESTS, ORGS, REQUESTS_OF_A_CONTACT

    call_command("migrate", verbosity=0)
    orgs = [onboard_org(name=f"Org {number}", plan=Plan.ENTERPRISE) for number in range(ORGS)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_CONTACTS, [CONTACTS_OF_AN_ORG])
        cursor.execute(INSERT_REQUESTS, [REQUESTS_OF_A_CONTACT])
        cursor.execute("VACUUM ANALYZE")
    keys = {org: create_api_key(org=org, name="bench")[1] for org in orgs}
    lines = [f"{pk} {key}\n" for org, key in keys.items() for pk in org.interview_requests.values_list("pk", flat=True)]
    ids.write_text("".join(lines), encoding="ascii")
    return keys[orgs[0]]


if __name__ == "__main__":
    main()
