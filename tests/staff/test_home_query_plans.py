"""The first page of the admin reads indexes, not the tables of interviews, whatever their size."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interviews.reports.interview_statistics import WEEKS, interview_statistics
from orgs.models import Org
from tests.staff.committed_rows import committed_rows
from tests.staff.conftest import Staff
from tools.bench.home import fill

# The statements of the page that read one of these tables.
TABLES = ("interviews_interviewrequest", "interviews_conversation")
STATEMENTS = 6
# They have few entries, those with flags, and one statement reads all of one of them.
PARTIAL_INDEXES = ("request_by_flags", "request_of_any_org_flagged")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def many_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with committed_rows(django_db_blocker):
        fill(20_000)
        yield


def scanned(sql: str) -> list[str]:
    """The tables of interviews, and their indexes, that the statement reads as a whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            scans = [detail for *_, detail in cursor.fetchall() if detail.startswith("SCAN interviews_")]
            return [scan for scan in scans if not any(index in scan for index in PARTIAL_INDEXES)]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        [explained] = cursor.fetchone()[0]
    return list(whole_scans(explained["Plan"]))


def whole_scans(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in TABLES:
        yield plan["Relation Name"]
    if "Index Name" in plan and "Index Cond" not in plan and plan["Index Name"] not in PARTIAL_INDEXES:
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
