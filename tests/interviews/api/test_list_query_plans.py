"""Query plans of lists: a page is read by an index that begins with the org, without sorting, at any depth.

All of Acme's rows are older than Globex's. In this case PostgreSQL prefers a scan of the primary key.
"""

from datetime import datetime
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from interviews.api.lists import interview_requests
from interviews.models import InterviewRequest
from orgs.authentication import key_parameters
from orgs.models import Org
from tests.factories import ContactFactory, InterviewTypeFactory

ROWS = 2_500

Last = tuple[datetime | None, int]


def create_interview_requests(org: Org) -> None:
    """1 of 100 is sent and cancelled, 9 of 100 are completed; 1 of 500 has the same deal id."""
    contact, interview_type = ContactFactory.create(org=org), InterviewTypeFactory.create(org=org)
    InterviewRequest.objects.bulk_create(
        InterviewRequest(
            org=org,
            contact=contact,
            interview_type=interview_type,
            deal_id=f"d{number % 500}",
            status=status_of(number),
            email_sent_at=timezone.now(),
            cancelled_at=timezone.now() if status_of(number) == "sent" else None,
            completed_at=timezone.now() if status_of(number) == "completed" else None,
        )
        for number in range(ROWS)
    )


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


def indexes_used_by(org: Org, filters: dict[str, Any], last: Last | None) -> set[str]:
    """Returns the indexes that a page reads interview requests by. Fails for a scan without index, or a sort."""
    statement, parameters = interview_requests().statement(filters, limit=26, last=last)
    values = {**parameters, "org_id": org.pk, **key_parameters("digest")}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            lines = [line for *_, line in cursor.fetchall()]
            assert not any("TEMP B-TREE" in line for line in lines), lines
            return {line.partition("INDEX ")[2].split()[0] for line in lines if " request " in line}
        cursor.execute(f"EXPLAIN (FORMAT json) {statement}", values)
        nodes, indexes = [cursor.fetchone()[0][0]["Plan"]], set()
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        assert node["Node Type"] != "Sort", node
        if node.get("Relation Name") == "interviews_interviewrequest":
            indexes.add(node["Index Name"])
    return indexes


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


TIME_INDEXES = {"updated_at": "interview_request_updated", "completed_at": "interview_request_completed"}


@pytest.mark.slow
@pytest.mark.usefixtures("ids")
def test_lists_by_time_are_read_by_their_index(acme: Org) -> None:
    for (field, index), depth in product(TIME_INDEXES.items(), DEPTHS):
        interview_requests = InterviewRequest.objects.for_org(acme.pk).exclude(**{field: None}).order_by(field, "pk")
        row = interview_requests[int(interview_requests.count() * depth)]
        time = getattr(row, field)
        for last in (None, (time, row.pk)):
            assert indexes_used_by(acme, {f"{field[:-3]}_after": time}, last) == {index}


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no index for LIKE")
def test_survey_tokens_have_one_index() -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "interviews_interviewrequest")
    assert len([name for name, each in constraints.items() if each["columns"] == ["survey_token"]]) == 1
