"""The first page of the admin reads indexes, not the tables of interviews, whatever their size."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interviews.reports.interview_statistics import WEEKS, interview_statistics
from orgs.models import Org
from tests.staff.conftest import Staff, committed_rows

# The statements of the page that read one of these tables.
TABLES = ("interviews_interviewrequest", "interviews_conversation")
STATEMENTS = 6

# In a year, of 2,000 orgs, of which the first has a fifth. For PostgreSQL.
ROWS = 20_000
ORG = "CASE WHEN n % 5 = 0 THEN 1 ELSE 1 + n / 5 % 2000 END"
TIME = f"now() - (31536000.0 * ({ROWS} - n) / {ROWS}) * interval '1 second'"
FILL = (
    """INSERT INTO orgs_org (id, name, slug, plan, contact_address, is_active, created_at)
    SELECT n, 'Org ' || n, 'org-' || n, 'growth', '', true, now() FROM generate_series(1, 2000) AS n""",
    """INSERT INTO interviews_interviewtype (id, org_id, name, guide, created_at)
    SELECT id, id, 'Win-loss', '{"version": 1}', now() FROM orgs_org""",
    f"""INSERT INTO contacts_contact (id, org_id, email, name, notes, created_at, updated_at)
    SELECT n, {ORG}, 'buyer' || n || '@example.com', 'Buyer', '', now(), now() FROM generate_series(1, {ROWS}) AS n""",
    f"""INSERT INTO interviews_interviewrequest (id, org_id, contact_id, interview_type_id, deal_id, objective, status,
        flags, survey_token, completed_at, created_at, updated_at)
    SELECT n, {ORG}, n, {ORG}, '', '', CASE WHEN n % 10 < 4 THEN 'completed' ELSE 'created' END,
        CASE WHEN n % 10 = 4 THEN 'declined' WHEN n % 100 = 5 THEN 'wants_a_person' ELSE '' END, 'token_' || n,
        CASE WHEN n % 10 < 4 THEN {TIME} END, {TIME}, {TIME} FROM generate_series(1, {ROWS}) AS n""",
    f"""INSERT INTO interviews_conversation (interview_request_id, org_id, stage, guide, consented_at, started_at,
        finished_at, last_activity_at, declined_at, last_topic)
    SELECT n, {ORG}, CASE WHEN n % 10 < 4 THEN 'completed' WHEN n % 10 = 4 THEN 'declined' ELSE 'in_progress' END,
        '{{"version": 1}}', {TIME}, {TIME}, CASE WHEN n % 10 < 4 THEN {TIME} END, {TIME},
        CASE WHEN n % 10 = 4 THEN {TIME} END, 'topic_' || (n % 9) FROM generate_series(1, {ROWS}) AS n
    WHERE n % 10 < 6""",
    "VACUUM ANALYZE",
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def many_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with committed_rows(django_db_blocker):
        with connection.cursor() as cursor:
            for statement in FILL:
                cursor.execute(statement)
        yield


def scanned(sql: str) -> list[str]:
    """The tables of interviews, and their indexes, that the statement reads as a whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return [detail for *_, detail in cursor.fetchall() if detail.startswith("SCAN interviews_")]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        [explained] = cursor.fetchone()[0]
    return list(whole_scans(explained["Plan"]))


def whole_scans(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in TABLES:
        yield plan["Relation Name"]
    if "Index Name" in plan and "Index Cond" not in plan:
        yield plan["Index Name"]
    for part in plan.get("Plans", []):
        yield from whole_scans(part)


@pytest.mark.usefixtures("many_rows")
@pytest.mark.parametrize("org", ["", "org-1", "org-42"])
def test_no_statement_reads_a_whole_table(root: Staff, org: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert root.get("index", org=org).status_code == 200
    about = [one["sql"] for one in queries if any(table in one["sql"] for table in TABLES)]
    assert len(about) == STATEMENTS
    assert {sql: scanned(sql) for sql in about if scanned(sql)} == {}


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL chooses by statistics")
def test_sqlite_reads_the_range_of_a_week_also_for_one_org(acme: Org) -> None:
    with CaptureQueriesContext(connection) as queries:
        interview_statistics([acme.pk])
    weekly = [one["sql"] for one in queries if "UNION ALL" in one["sql"]]
    assert len(weekly) == 2
    with connection.cursor() as cursor:
        for sql in weekly:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            searches = [detail for *_, detail in cursor.fetchall() if "interviews_" in detail]
            assert len(searches) == WEEKS
            assert all("_at>? AND" in search for search in searches), searches
            assert all("COVERING INDEX" in search for search in searches), "no row of the table is read"
