"""Query plans of lists: a page is read by an index that begins with the org, without sorting, at any depth.

All of Acme's rows are older than Globex's. In this case PostgreSQL prefers a scan of the primary key.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from contacts.models import Contact
from interviews.api.lists import interview_requests
from interviews.models import InterviewRequest
from orgs.authentication import key_parameters
from orgs.models import Org
from tests.factories import InterviewTypeFactory

ROWS = 2_500

Last = tuple[datetime | None, int]


def create_interview_requests(org: Org, contacts: int = 1) -> None:
    """1 of 100 is sent and cancelled, 9 of 100 are completed; 1 of 500 has the same deal id. All contacts were changed
    after their interview requests.
    """
    interview_type = InterviewTypeFactory.create(org=org)
    rows = Contact.objects.bulk_create(Contact(org=org, email=f"{number}@example.com") for number in range(contacts))
    InterviewRequest.objects.bulk_create(
        InterviewRequest(
            org=org,
            contact=rows[number % contacts],
            interview_type=interview_type,
            deal_id=f"d{number % 500}",
            status=status_of(number),
            email_sent_at=timezone.now(),
            cancelled_at=timezone.now() if status_of(number) == "sent" else None,
            completed_at=timezone.now() if status_of(number) == "completed" else None,
        )
        for number in range(ROWS)
    )
    Contact.objects.for_org(org.pk).update(notes="New")


def status_of(number: int) -> str:
    return "sent" if number % 100 == 0 else "completed" if number % 10 == 0 else "created"


@pytest.fixture
def ids(acme: Org, globex: Org) -> list[int]:
    """The ids of Acme's interview requests, oldest first."""
    create_interview_requests(acme)
    create_interview_requests(globex)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return list(InterviewRequest.objects.for_org(acme.pk).order_by("pk").values_list("pk", flat=True))


def indexes_used_by(
    org: Org, filters: dict[str, Any], last: Last | None, tables: Sequence[type[Model]] = (InterviewRequest,)
) -> set[str]:
    """Returns the indexes that a page reads the tables by. Fails for a scan without index, or for a sort on
    PostgreSQL. On SQLite, a list by `updated_after` is sorted: it cannot sort by the last column only.
    """
    statement, parameters = interview_requests().statement(filters, limit=26, last=last)
    values = {**parameters, "org_id": org.pk, **key_parameters("digest")}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            lines = [line for *_, line in cursor.fetchall()]
            assert "updated_after" in filters or not any("TEMP B-TREE" in line for line in lines), lines
            aliases: dict[type[Model], str] = {InterviewRequest: " request ", Contact: " contact "}
            read = [line for line in lines if any(aliases[table] in line for table in tables)]
            return {line.partition("INDEX ")[2].split()[0] for line in read if "PRIMARY KEY" not in line}
        cursor.execute(f"EXPLAIN (FORMAT json) {statement}", values)
        nodes, indexes = [cursor.fetchone()[0][0]["Plan"]], set()
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        assert node["Node Type"] != "Sort", node
        if node.get("Relation Name") in [table._meta.db_table for table in tables]:
            indexes.add(node["Index Name"])
    return {name for name in indexes if not name.endswith("_pkey")}


DEPTHS = (0, 0.5, 0.99)
INDEXES: list[tuple[dict[str, str], str]] = [
    ({}, "interview_request_newest"),
    ({"status": "sent"}, "interview_request_by_status"),
    ({"progress": "started"}, "interview_request_by_progress"),
    ({"progress": "completed"}, "interview_request_by_status"),
    ({"deal_id": "d7"}, "interview_request_by_deal"),
    ({"cancelled": "true"}, "interview_request_cancelled"),
    ({"cancelled": "false"}, "interview_request_newest"),
]


@pytest.mark.slow
def test_each_filter_reads_a_page_by_its_index(ids: list[int], acme: Org) -> None:
    for (filters, index), depth in product(INDEXES, DEPTHS):
        assert indexes_used_by(acme, filters, (None, ids[-1 - int(ROWS * depth)])) == {index}, depth


@pytest.mark.slow
@pytest.mark.usefixtures("ids")
def test_the_list_by_completion_is_read_by_its_index(acme: Org) -> None:
    rows = InterviewRequest.objects.for_org(acme.pk).exclude(completed_at=None).order_by("completed_at", "pk")
    for depth in DEPTHS:
        row = rows[int(rows.count() * depth)]
        for last in (None, (row.completed_at, row.pk)):
            used = indexes_used_by(acme, {"completed_after": row.completed_at}, last)
            assert used == {"interview_request_completed"}


@pytest.mark.slow
def test_the_list_by_change_is_read_by_an_index_of_each_table(acme: Org, globex: Org) -> None:
    for org in (acme, globex):
        create_interview_requests(org, contacts=ROWS // 2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rows = InterviewRequest.objects.for_org(acme.pk).order_by("updated_at", "pk")
    for depth in DEPTHS:
        row = rows[int(rows.count() * depth)]
        for last in (None, (row.updated_at, row.pk)):
            used = indexes_used_by(acme, {"updated_after": row.updated_at}, last, (InterviewRequest, Contact))
            assert {"interview_request_updated", "contact_changed"} < used
            assert all("contact_id" in name for name in used - {"interview_request_updated", "contact_changed"})


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no index for LIKE")
def test_survey_tokens_have_one_index() -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "interviews_interviewrequest")
    assert len([name for name, each in constraints.items() if each["columns"] == ["survey_token"]]) == 1
