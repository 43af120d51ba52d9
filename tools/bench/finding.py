"""Measures what staff wait for to find things: `python -m tools.bench.finding [--rows N] [--postgres]`.

Fills a database of the version before the search text, migrates it, and opens pages of the admin in one process.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tools.bench.database import database
from tools.harness.orm import set_up_django
from tools.harness.processes import ServerError, interrupt_on_signals

ORGS = 2_000
RUNS = 5
BEFORE = [("contacts", "0003_version"), ("orgs", "0013_second_factor_events")]

FIRST_NAMES = (
    "Zoë André Jürgen Łukasz Anna John Mary José Chloé Björn İrem Nguyễn Søren Olga Priya Wei Fatima Tom Eva Sam"
)
LAST_NAMES = "Müller Smith Núñez O'Neil Ångström Nowak Sørensen Rossi Dubois Ivanova Kaya Trần Patel Wang García Brown"

# The names are the columns of VALUES in both databases.
CONTACTS = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < %s)
INSERT INTO contacts_contact (org_id, email, name, notes, version, created_at, updated_at)
SELECT (SELECT min(id) FROM orgs_org) + n %% {orgs}, 'buyer' || n || '@customer' || (n %% 50000) || '.example',
    first.column2 || ' ' || middle.column2 || ' ' || last.column2, 'Notes', 1, %s, %s
FROM numbers
JOIN (VALUES {first}) AS first ON first.column1 = n %% 20
JOIN (VALUES {last}) AS middle ON middle.column1 = n / 20 %% 16
JOIN (VALUES {last}) AS last ON last.column1 = n / 320 %% 16
"""

# One interview request per contact, one a minute.
INTERVIEWS = """
INSERT INTO interviews_interviewrequest (org_id, contact_id, interview_type_id, deal_id, objective, status,
    survey_token, created_at, updated_at)
SELECT contact.org_id, contact.id, type.id, 'D-' || contact.id, 'Why was pricing a blocker?', 'created',
    'token_' || contact.id, contact.created_at, contact.updated_at
FROM contacts_contact AS contact JOIN interviews_interviewtype AS type ON type.org_id = contact.org_id
ORDER BY contact.id
"""

SEARCHES = (
    *("zoe muller", "SØREN", "@customer1234.", "customer1234", "nobody of this name", "buyer0500000", "5000"),
    *("example", "zo", "z", "Org 77", "D-500000", "500000"),
)
PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    *(("search", {"q": text}) for text in SEARCHES),
    *(("contacts_contact_changelist", {"q": text}) for text in ("zoe muller", "customer1234", "example", "nobody")),
)


def timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def numbered(names: str) -> str:
    return ", ".join(f"({number}, '{name.replace(chr(39), chr(39) * 2)}')" for number, name in enumerate(names.split()))


def fill(rows: int) -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.utils import timezone

    from interviews.paige.guide.guide import shipped_guide

    executor = MigrationExecutor(connection)
    targets = [*BEFORE, *executor.loader.graph.leaf_nodes("interviews")]
    executor.migrate(targets)
    models = executor.loader.project_state(targets).apps.get_model
    orgs = [models("orgs", "Org")(name=f"Org {number}", slug=f"org-{number}", plan="growth") for number in range(ORGS)]
    ids = [org.pk for org in models("orgs", "Org").objects.bulk_create(orgs)]
    kind = models("interviews", "InterviewType")
    kind.objects.bulk_create(kind(org_id=pk, name="Win-loss", guide=shipped_guide("win_loss_buyer")) for pk in ids)
    names = {"first": numbered(FIRST_NAMES), "last": numbered(LAST_NAMES)}
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS.format(orgs=ORGS, **names), [rows, now, now])
        cursor.execute(INTERVIEWS)


def measure(rows: int) -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    print(f"fill: {timed(lambda: fill(rows)):.0f} s", flush=True)
    print(f"migrate: {timed(lambda: call_command('migrate', verbosity=0)):.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))
    print("| page | query | median ms | longest ms |\n|---|---|---|---|")
    for page, query in PAGES:
        address = reverse(f"admin:{page}")
        open_page = partial(client.get, address, query)
        assert open_page().status_code == HTTPStatus.OK, (page, query)
        times = [1_000 * timed(open_page) for _ in range(RUNS)]
        print(f"| {page} | {query} | {statistics.median(times):.0f} | {max(times):.0f} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.finding", description="Measures the search of staff.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="contacts, and interview requests (1000000)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    options = parser.parse_args()
    interrupt_on_signals()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
            database(Path(directory), on_postgres=options.postgres) as url,
        ):
            set_up_django(url, "")
            measure(options.rows)
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
