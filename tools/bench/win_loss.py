"""Measures "Why we win and lose" with many rows: `python -m tools.bench.win_loss [--rows N] [--postgres]`.

The rows of `tools.bench.home`, in which four of ten interviews are completed, with a deal each, and about four drivers
of each completed interview. Prints the times of the page for this quarter, which is compared with the one before.
"""

import os
import statistics
import time
from pathlib import Path

from tools.bench.home import TIMES, measure_filled

STATEMENTS = (
    """INSERT INTO deals_deal (org_id, deal_id, outcome, reported_reason, competitor, segment, amount, currency,
        closed_at, created_at, updated_at, version)
    SELECT org_id, deal_id, CASE id % 5 WHEN 0 THEN 'won' WHEN 1 THEN 'won' WHEN 2 THEN 'no_decision' ELSE 'lost' END,
        CASE id % 3 WHEN 0 THEN 'Price' WHEN 1 THEN 'Security review took too long, says seller ' || id ELSE '' END,
        'Competitor ' || id % 7, '', id % 90000, 'EUR', created_at, created_at, created_at, 1
    FROM interviews_interviewrequest""",
    """INSERT INTO interviews_transcript (org_id, interview_request_id, content, key_answers, drivers, coverage,
        created_at)
    SELECT org_id, id, '**Paige:** Why?', '[]', '[]', '[]', created_at FROM interviews_interviewrequest
    WHERE status = 'completed'""",
    """INSERT INTO interviews_driver (org_id, interview_request_id, completed_at, topic, title, direction, quote, turn,
        start, "end", is_reason, review, is_counted)
    SELECT org_id, id, completed_at, topic, title, direction, 'The price of it was higher than we expected, no.', 2,
        number * 50, number * 50 + 48, (id + number) % 7 = 0, '', {true} FROM
    (SELECT request.*, topics.*, (id * 31 + number * 17) % 11 AS cell,
        CASE (id * 7 + number) % 5 WHEN 0 THEN 'neutral' WHEN 1 THEN 'for' WHEN 2 THEN 'for' ELSE 'against' END
        AS direction FROM interviews_interviewrequest AS request, ({topics}) AS topics WHERE status = 'completed')
    AS named WHERE cell < 5""",
)
TOPICS = ("trigger", "options", "criteria", "vendor", "security", "pricing", "experience", "decision", "future")


def fill_drivers() -> None:
    from django.db import connection

    from interviews.models import InterviewType
    from interviews.paige.guide.guide import shipped_guide

    InterviewType.objects.update(guide=shipped_guide("win_loss_buyer"))
    topics = " UNION ALL ".join(
        f"SELECT {number} AS number, '{topic}' AS topic, 'On {topic}' AS title" for number, topic in enumerate(TOPICS)
    )
    true = "true" if connection.vendor == "postgresql" else "1"
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement.format(true=true, topics=topics))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measure(title: str, **query: str) -> None:
    """Prints the times of the page, and the CPU times of one request: of the server process of PostgreSQL, and here."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    times = []
    for _ in range(TIMES):
        started, used = time.perf_counter(), (cpu_of_server(), time.process_time())
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/admin/win-loss/", query).status_code == 200
        times.append((time.perf_counter() - started) * 1000)
        cpu = cpu_of_server() - used[0], (time.process_time() - used[1]) * 1000
    cells = f"{min(times):.0f} / {statistics.median(times):.0f} ms", f"{cpu[0]:.0f} + {cpu[1]:.0f} ms", len(queries)
    print(f"| {title} | {' | '.join(map(str, cells))} |", flush=True)


def cpu_of_server() -> float:
    """In milliseconds. 0 on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    connection.ensure_connection()
    fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def measure_all() -> None:
    fill_drivers()
    print("| page | fastest / median | CPU: database + Python | statements |")
    measure("all orgs, this quarter")
    measure("all orgs, last month", period="last_month")
    measure("the largest org, this quarter", org="org-1")
    measure("all orgs, lost deals", outcome="lost")
    measure("the largest org, lost deals", org="org-1", outcome="lost")
    measure("all orgs, a competitor and an amount", competitor="Competitor 3", least="50000")


if __name__ == "__main__":
    measure_filled("win_loss", __doc__, measure_all)
