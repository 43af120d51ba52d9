"""Measures the first page of the admin with many rows: `python -m tools.bench.home [--rows N] [--postgres]`.

On SQLite or PostgreSQL with fsync off. The requests are spread over one year and 2,000 orgs; the first org has a fifth
of them. Prints the times of the page, and its slowest statements, for all orgs and for the first org.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tools.bench.database import database
from tools.harness.orm import set_up_django

ORGS = 2_000
TIMES = 11

NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})"
# One interview request per contact, and one interview type for each org.
STATEMENTS = (
    """INSERT INTO orgs_org (id, name, slug, plan, contact_address, is_active, created_at)
    {numbers} SELECT n, 'Org ' || n, 'org-' || n, 'growth', '', {true}, {now} FROM numbers""",
    """INSERT INTO interviews_interviewtype (id, org_id, name, guide, created_at)
    SELECT id, id, 'Win-loss', '{{"version": 1}}', {now} FROM orgs_org""",
    """INSERT INTO contacts_contact (id, org_id, email, name, notes, created_at, updated_at)
    {numbers} SELECT n, {org}, 'buyer' || n || '@example.com', 'Buyer ' || n, 'Runs the data team.', {now}, {now}
    FROM numbers""",
    """INSERT INTO interviews_interviewrequest (id, org_id, contact_id, interview_type_id, deal_id, objective, status,
        flags, survey_token, email_sent_at, completed_at, created_at, updated_at)
    {numbers} SELECT n, {org}, n, {org}, 'deal_' || n, 'Why was pricing a blocker?',
        CASE WHEN n % 10 < 4 THEN 'completed' ELSE 'created' END,
        CASE WHEN n % 10 = 4 THEN 'declined' WHEN n % 100 = 5 THEN 'wants_a_person' ELSE '' END,
        'token_' || n, NULL, CASE WHEN n % 10 < 4 THEN {time} END, {time}, {time} FROM numbers""",
    """INSERT INTO interviews_conversation (interview_request_id, org_id, stage, guide, consented_at, started_at,
        finished_at, last_activity_at, declined_at, last_topic)
    {numbers} SELECT n, {org},
        CASE WHEN n % 10 < 4 THEN 'completed' WHEN n % 10 = 4 THEN 'declined' ELSE 'in_progress' END,
        '{{"version": 1}}', {time}, {time}, CASE WHEN n % 10 < 4 THEN {time} END, {time},
        CASE WHEN n % 10 = 4 THEN {time} END, 'topic_' || (n % 9) FROM numbers WHERE n % 10 < 6""",
)
ORG = f"CASE WHEN n % 5 = 0 THEN 1 ELSE 1 + n / 5 % {ORGS} END"
DIALECTS = {
    "postgresql": {
        "true": "true",
        "now": "now()",
        "time": "now() - (31536000.0 * ({rows} - n) / {rows}) * interval '1 second'",
    },
    "sqlite": {
        "true": "1",
        "now": "strftime('%Y-%m-%d %H:%M:%f', 'now')",
        "time": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (31536000.0 * ({rows} - n) / {rows}) || ' seconds')",
    },
}


def fill(rows: int) -> None:
    from django.db import connection

    words = {name: text.format(rows=rows) for name, text in DIALECTS[connection.vendor].items()}
    with connection.cursor() as cursor:
        for number, statement in enumerate(STATEMENTS):
            count = ORGS if number == 0 else rows
            cursor.execute(statement.format(numbers=NUMBERS.format(rows=count), org=ORG, **words))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measure(title: str, org: str) -> None:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/admin/", {"org": org}).status_code == 200
        times.append(time.perf_counter() - started)
    slowest = sorted(queries, key=lambda query: float(query["time"]))[-3:]
    print(f"| {title} | {min(times) * 1000:.0f} ms | {statistics.median(times) * 1000:.0f} ms | {len(queries)} |")
    for query in reversed(slowest):
        print(f"    {float(query['time']) * 1000:.0f} ms  {query['sql'][:160]}")


def measure_all() -> None:
    print("| page | fastest | median | statements |")
    measure("all orgs", "")
    measure("one org", "org-1")


def measure_filled(name: str, description: str | None, measured: Callable[[], None]) -> None:
    """The command of a benchmark that needs the rows of `fill()`, in a temporary database."""
    parser = argparse.ArgumentParser(prog=f"python -m tools.bench.{name}", description=description)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(Path(folder), on_postgres=options.postgres) as url:
        os.environ["LOG_LEVEL"] = "WARNING"
        set_up_django(url, "")
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        fill(options.rows)
        measured()


if __name__ == "__main__":
    measure_filled("home", __doc__, measure_all)
