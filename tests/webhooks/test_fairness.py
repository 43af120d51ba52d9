"""An endpoint and an org have a share of the threads. `tests/live/test_slow_receivers.py` has processes."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from hindsight.queue.kinds import backlogs
from orgs.models import Org
from tests.transactions import needs_concurrent_writes, uncommitted, waiting_for
from tests.webhooks.conftest import complete, work
from tests.working import leased
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint
from webhooks.sending import clean_url
from webhooks.services.endpoints import MAX_ENDPOINTS, create_endpoint
from webhooks.work import Deliveries

pytestmark = pytest.mark.django_db
EVENTS = ["interview.completed"]


def endpoints_of(org: Org, count: int) -> list[Endpoint]:
    return [
        create_endpoint(org_id=org.pk, url=clean_url(f"http://127.0.0.1/{number}"), event_types=EVENTS)
        for number in range(count)
    ]


def complete_many(org: Org, count: int) -> None:
    for number in range(1, count + 1):
        complete(org, number)


@pytest.mark.slow
def test_an_org_with_many_deliveries_leaves_threads_to_another_one(acme: Org, globex: Org) -> None:
    endpoints_of(acme, MAX_ENDPOINTS)
    endpoints_of(globex, 1)
    complete_many(acme, 20)
    complete(globex)
    orgs = Counter(delivery.org for delivery in leased("deliveries", free=Deliveries.threads))
    assert orgs == {acme: Deliveries.shares.org, globex: 1}
    assert Deliveries.shares.org < Deliveries.threads / 2
    assert leased("deliveries", free=Deliveries.threads) == []


def test_an_endpoint_gets_one_request_at_a_time_the_oldest_first(acme: Org) -> None:
    endpoints_of(acme, 1)
    first = complete(acme)
    complete_many(acme, 5)
    assert leased("deliveries") == [first]
    assert leased("deliveries") == []


def test_slow_endpoints_of_all_orgs_together_leave_threads_to_others(acme: Org, globex: Org) -> None:
    endpoints_of(acme, MAX_ENDPOINTS)
    slow = Endpoint.objects.for_org(acme.pk)
    slow.update(slow_since=timezone.now())
    complete(acme)
    endpoints_of(globex, 1)
    newest = complete(globex)
    assert leased("deliveries", free=1) == [newest]
    assert Deliveries.shares.slow <= Deliveries.threads / 2


def test_a_paused_endpoint_gets_nothing_and_its_deliveries_stay_as_they_are(acme: Org) -> None:
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        endpoints_of(acme, 1)
        delivery = complete(acme)
        Endpoint.objects.update(paused_until=timezone.now() + timedelta(seconds=42))
        assert leased("deliveries") == []
        clock.shift(timedelta(seconds=42))
        assert leased("deliveries") == [delivery]


def test_backlogs_count_what_is_due(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        complete(acme)
        clock.shift(timedelta(seconds=30))
        complete(acme, 2)
        clock.shift(timedelta(seconds=30))
        assert (backlogs()["deliveries"].due, backlogs()["deliveries"].wait) == (2, timedelta(minutes=1))
        work()
        assert (backlogs()["deliveries"].due, backlogs()["deliveries"].wait) == (0, timedelta())


@pytest.fixture
def delivery(acme: Org) -> Delivery:
    """The first of five, one for each endpoint."""
    endpoints_of(acme, MAX_ENDPOINTS)
    return complete(acme)


@needs_concurrent_writes
@pytest.mark.django_db(transaction=True)
def test_what_an_event_has_joined_is_sent_after_the_events_transaction(acme: Org, delivery: Delivery) -> None:
    with uncommitted(lambda: complete(acme)) as commit:
        assert leased("deliveries") == []
        commit()
    assert Delivery.objects.count() == MAX_ENDPOINTS
    assert len(leased("deliveries")) == Deliveries.shares.org


@needs_concurrent_writes
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_lease_at_the_same_time_do_not_exceed_a_share(acme: Org, delivery: Delivery) -> None:
    second = waiting_for(lambda: leased("deliveries"), lambda: leased("deliveries"))
    assert second.result() == []
    assert Delivery.objects.exclude(leased_until=None).count() == Deliveries.shares.org
