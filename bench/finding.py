"""Measures what staff wait for to find things: `python -m bench.finding [--rows N] [--postgres]`.

Fills a database of the version before the search text, migrates it, and opens pages of the admin in one process.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any

from bench.database import database
from harness.orm import set_up_django
from harness.processes import ServerError, interrupt_on_signals

ORGS = 2_000
BATCH = 5_000
RUNS = 5
FIRST_NAMES = (
    "Zoë André Jürgen Łukasz Anna John Mary José Chloé Björn İrem Nguyễn Søren Olga Priya Wei Fatima Tom Eva Sam"
)
LAST_NAMES = (
    "Müller Smith Núñez O'Neil Ångström Kowalski Sørensen Rossi Dubois Ivanova Yildiz Trần Patel Wang García Brown"
)
BEFORE = [("contacts", "0003_version"), ("orgs", "0013_second_factor_events")]

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


def contacts(model: Any, orgs: list[int], rows: int) -> Iterator[Any]:
    from django.utils import timezone

    chance, now = random.Random(1), timezone.now()
    for number in range(rows):
        name = " ".join(chance.choice(names.split()) for names in (FIRST_NAMES, LAST_NAMES, LAST_NAMES))
        email = f"buyer{number:07}@customer{chance.randrange(50_000)}.example"
        yield model(org_id=orgs[number % ORGS], email=email, name=name, notes="Notes. " * 30, updated_at=now)


def fill(rows: int) -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from interviews.paige.guide import shipped_guide

    executor = MigrationExecutor(connection)
    targets = [*BEFORE, *executor.loader.graph.leaf_nodes("interviews")]
    executor.migrate(targets)
    models = executor.loader.project_state(targets).apps.get_model
    orgs = [models("orgs", "Org")(name=f"Org {number}", slug=f"org-{number}", plan="growth") for number in range(ORGS)]
    ids = [org.pk for org in models("orgs", "Org").objects.bulk_create(orgs)]
    kind = models("interviews", "InterviewType")
    kind.objects.bulk_create(kind(org_id=pk, name="Win-loss", guide=shipped_guide("win_loss_buyer")) for pk in ids)
    everybody = contacts(models("contacts", "Contact"), ids, rows)
    while batch := list(islice(everybody, BATCH)):
        models("contacts", "Contact").objects.bulk_create(batch)
    with connection.cursor() as cursor:
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
    parser = argparse.ArgumentParser(prog="python -m bench.finding", description="Measures the search of staff.")
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
