"""A page of the list is read by an index that begins with the org, without sorting."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from deals.api.reads import DEALS
from deals.models import Deal
from orgs.authentication import key_parameters
from orgs.models import Org

ROWS = 2_500
LAST = (None, 10**9)


@pytest.fixture
def deals(acme: Org, globex: Org) -> None:
    """Acme's are older. 1 of 100 is won."""
    for org in (acme, globex):
        Deal.objects.bulk_create(
            Deal(org=org, deal_id=f"d{number}", outcome="lost" if number % 100 else "won") for number in range(ROWS)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def plan_of(org: Org, filters: dict[str, Any], last: Any) -> str:
    statement, parameters = DEALS.statement(filters, limit=26, last=last)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {statement}", {**parameters, "org_id": org.pk, **key_parameters("digest")})
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.slow
@pytest.mark.usefixtures("deals")
@pytest.mark.parametrize(
    ("filters", "last", "index"),
    [
        ({}, LAST, "deal_newest"),
        ({"outcome": "won"}, LAST, "deal_by_outcome"),
        ({"updated_after": datetime(2026, 1, 1, tzinfo=UTC)}, None, "deal_updated"),
    ],
)
def test_each_filter_reads_a_page_by_its_index(acme: Org, filters: dict[str, Any], last: Any, index: str) -> None:
    plan = plan_of(acme, filters, last)
    assert f" {index} " in plan or f"{index} on" in plan, plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
