"""Leases and events in transactions at the same time. SQLite has one writer at a time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from orgs.models import Org
from tests.transactions import uncommitted, waiting_sessions
from tests.webhooks.conftest import complete
from tests.working import leased
from tools.harness.processes import eventually
from webhooks.models import Delivery
from webhooks.sending import clean_url
from webhooks.services.endpoints import MAX_ENDPOINTS, create_endpoint
from webhooks.work import Deliveries

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]


@pytest.fixture
def delivery(acme: Org) -> Delivery:
    """The first of five, one for each endpoint."""
    for number in range(MAX_ENDPOINTS):
        url = clean_url(f"http://127.0.0.1/{number}")
        create_endpoint(org_id=acme.pk, url=url, event_types=["interview.completed"])
    return complete(acme)


def test_what_an_event_has_joined_is_sent_after_the_events_transaction(acme: Org, delivery: Delivery) -> None:
    with uncommitted(lambda: complete(acme)) as commit:
        assert leased("deliveries") == []
        commit()
    assert Delivery.objects.count() == MAX_ENDPOINTS
    assert len(leased("deliveries")) == Deliveries.shares.org


def test_two_workers_that_lease_at_the_same_time_do_not_exceed_a_share(acme: Org, delivery: Delivery) -> None:
    def lease_in_another_session() -> list[Any]:
        try:
            return leased("deliveries")
        finally:
            connection.close()

    with uncommitted(lambda: leased("deliveries")) as commit, ThreadPoolExecutor() as pool:
        second = pool.submit(lease_in_another_session)
        assert eventually(lambda: waiting_sessions() == 1)
        commit()
        assert second.result(10) == []
    assert Delivery.objects.exclude(leased_until=None).count() == Deliveries.shares.org
