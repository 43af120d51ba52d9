"""Lists, filters, searches and their counts use an index, with 100,000 interview requests of 50,000 contacts.

The plans are PostgreSQL's own, of the statements that the pages really send. On SQLite there is nothing to prove:
databases of that size are PostgreSQL's.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.models import Org
from tests.factories import InterviewTypeFactory
from tests.staff.conftest import Staff, committed_rows

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="it reads PostgreSQL's plans"),
    pytest.mark.django_db,
]

# The maximum number of rows that a statement may read, including rows that a filter removes. The admin counts at most
# 1,001 rows. A tenth of the orgs has matching rows, so a statement reads ten rows for each row that it counts.
MAX_ROWS_READ = 12_000

BIG = {"contacts_contact", "interviews_interviewrequest", "orgs_securityevent"}

ORGS = """
INSERT INTO orgs_org (id, name, slug, search_text, plan, contact_address, is_active, created_at)
SELECT n, 'Org ' || n, 'org-' || n, ' org ' || n || E'\n org-' || n, 'growth', '', true, now()
FROM generate_series(1000, 1099) n
"""
CONTACTS = """
INSERT INTO contacts_contact (id, org_id, email, name, search_text, notes, created_at, updated_at)
SELECT n, 1000 + n % 100, email, name, ' ' || email || E'\n ' || lower(name), 'Notes',
       now() - (1050000 - n) * interval '1 minute', now()
FROM generate_series(1000000, 1049999) n
CROSS JOIN LATERAL (SELECT 'user' || n || '@company' || n % 5000 || '.example',
    initcap(substr(md5(n::text), 1, 6)) || ' ' || initcap(substr(md5((n / 7)::text), 1, 6))) AS person (email, name)
"""
REQUESTS = """
INSERT INTO interviews_interviewrequest (id, org_id, contact_id, interview_type_id, deal_id, objective, status,
                                         survey_token, email_sent_at, created_at, updated_at)
SELECT n, 1000 + n % 100, 1000000 + n % 50000, 1000 + n % 100, 'deal_' || n, 'Objective',
       CASE WHEN n % 1000 = 0 THEN 'sent' ELSE 'created' END, 'token' || n, now(),
       now() - (1300000 - n) * interval '1 minute', now()
FROM generate_series(1000000, 1099999) n
"""
# An actor and a kind together read the events of the rarer: root has most events and no export, ann has only exports.
EVENTS = """
INSERT INTO orgs_securityevent (kind, actor_kind, actor, org, subject_type, subject, detail, request_id, created_at)
SELECT CASE WHEN n % 50 = 0 THEN 'export' WHEN n % 10 = 0 THEN 'login' ELSE 'transcript_read' END, 'staff',
       CASE WHEN n % 50 = 0 THEN 'ann' ELSE 'root' END, 'org-' || n % 100, 'contact', n, '', '',
       now() - (100000 - n) * interval '1 minute'
FROM generate_series(1, 100000) n
"""

QUERIES = {
    "contacts_contact_changelist": """
        ? p=20 q=user1030000@ q=nobody@nowhere q=user q=@company4321.exam q=1030000 q=c4ca42 q=nobody+of+this+name
        q=us org=org-1042 org=Org+104 created_until=2000-01-01 o=0 o=-0&org=org-1042 o=1 o=-3 org=org-1042&q=user1
    """,
    "interviews_interviewrequest_changelist": """
        ? p=20 flags=any flags=declined archived=yes archived=all q=1060000 q=deal_1060000 q=deal_
        q=user1030000@company0.example q=user q=nothing+like+it contact=1030000 deal=deal_1060000 o=0 o=6
        completed_until=2000-01-01 changed_until=2000-01-01&org=org-1042 org=org-1042 status__exact=created
        status__exact=sent status__exact=completed conversation=running conversation=abandoned type=Win-loss
        type=Rare type=Win-loss&org=org-1042 created_since=2999-01-01 created_until=2000-01-01
        org=org-1042&status__exact=sent&q=deal_106
    """,
    "orgs_securityevent_changelist": """
        ? p=20 q=contact+42 q=42 q=nothing+like+it by=root by=nobody by=root&kind__exact=export
        by=root&kind__exact=login by=ann&kind__exact=transcript_read kind__exact=transcript_read kind__exact=erasure
        org=org-42 created_since=2999-01-01 created_until=2000-01-01
    """,
    "orgs_securityevent_export": "by=root&kind__exact=export",
    "search": "q=@company4321.exam q=user q=deal_1060000 q=1060000 q=nothing+like+it",
}


@pytest.fixture(scope="module")
def many_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with committed_rows(django_db_blocker), connection.cursor() as cursor:
        cursor.execute(ORGS)
        for org in Org.objects.filter(pk__gte=1000):
            InterviewTypeFactory.create(pk=org.pk, org=org, name="Rare" if org.pk == 1099 else "Win-loss")
        cursor.execute("SET session_replication_role = replica")  # skips the checks of foreign keys
        cursor.execute(CONTACTS)
        cursor.execute(REQUESTS)
        cursor.execute(EVENTS)
        cursor.execute("RESET session_replication_role")
        # As autovacuum does: the planner adds the cost of the rows that are not yet in the tree of the index.
        cursor.execute("SELECT gin_clean_pending_list('contact_by_search_text')")
        cursor.execute("SET default_statistics_target = 1000")  # every row is read: a random sample changes plans
        cursor.execute("ANALYZE contacts_contact, interviews_interviewrequest, interviews_interviewtype, orgs_org")
        cursor.execute("ANALYZE orgs_securityevent")
        cursor.execute("RESET default_statistics_target")
        yield


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """The large tables with a sequential scan in the plan."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in BIG:
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from scans(part)


def rows_read(plan: dict[str, Any]) -> int:
    parts = plan.get("Plans", [])
    left_out = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    own = 0 if parts and "Scan" not in plan["Node Type"] else (plan["Actual Rows"] + left_out) * plan["Actual Loops"]
    return int(own) + sum(map(rows_read, parts))


@pytest.mark.parametrize(("page", "query"), [(page, query) for page in QUERIES for query in QUERIES[page].split()])
def test_a_list_uses_an_index(many_rows: None, root: Staff, page: str, query: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert root.client.get(f"{reverse(f'admin:{page}')}?{query.strip('?')}").status_code == 200
    about_big_tables = [one["sql"] for one in queries if any(f'FROM "{table}"' in one["sql"] for table in BIG)]
    assert len(about_big_tables) >= 2  # the rows, and their count
    with connection.cursor() as cursor:
        for sql in about_big_tables:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            [explained] = cursor.fetchone()[0]
            shown = f"{sql}\n{json.dumps(explained, indent=1)}"
            assert list(scans(explained["Plan"])) == [], shown
            assert rows_read(explained["Plan"]) < MAX_ROWS_READ, shown
