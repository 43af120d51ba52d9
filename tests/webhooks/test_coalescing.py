"""Equal events of one interview request within seconds become one, and the last state is always told."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orgs.models import Org
from tests.webhooks.conftest import attempt, complete, work
from tests.working import leased
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint, Status
from webhooks.schedule import COALESCED_WITHIN, DELAYS
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint
from webhooks.services.events import record_event
from webhooks.work import Deliveries, deliver

pytestmark = pytest.mark.usefixtures("endpoint")


def test_an_event_is_told_after_an_equal_one_that_is_being_sent(acme: Org, receiver: Receiver) -> None:
    """The receiver may read the interview request before this event's transaction commits."""
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        complete(acme)
        [being_sent] = leased("deliveries")
        second = complete(acme)
        assert second != being_sent
        assert second.due_at == timezone.now() + COALESCED_WITHIN
        deliver(being_sent)
        assert complete(acme) == second
        clock.shift(COALESCED_WITHIN)
        assert work() == 1
    assert len(receiver.received) == 2


def test_an_event_is_told_after_an_equal_one_of_a_worker_that_was_stopped(acme: Org, receiver: Receiver) -> None:
    """The worker has sent the first one, and says so after its lease."""
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        first = complete(acme)
        [row] = leased("deliveries")
        clock.shift(Deliveries.lease_time + timedelta(seconds=1))
        second = complete(acme)
        assert second != first
        deliver(row)
        assert work() == 1
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.DELIVERED}
    assert len(receiver.received) == 2


def test_an_event_that_differs_is_told_and_so_is_the_return_to_the_first(acme: Org, receiver: Receiver) -> None:
    for status in ("sent", "sent", "completed", "sent", "sent"):
        data = {"deal_id": None, "status": status}
        record_event(org_id=acme.pk, event_type="interview.flagged", interview_request_id=1, data=data)
    work()
    told = [json.loads(received.body)["data"]["status"] for received in receiver.received]
    assert told == ["sent", "completed", "sent"]


def test_an_equal_event_does_not_wait_for_a_far_retry(acme: Org, receiver: Receiver) -> None:
    receiver.status = 500
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        failed = attempt(acme)
        clock.shift(DELAYS[0] * 1.1)
        work()
        clock.shift(COALESCED_WITHIN)
        receiver.status = 204
        assert complete(acme) != failed
        assert work() == 1
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == (Status.PENDING, 2)


def test_each_endpoint_is_compared_with_its_own_last_event(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    """One endpoint is paused, so its event is not sent yet. The other one has got it."""
    slow = create_endpoint(org_id=acme.pk, url=clean_url(f"{receiver.url}/slow"), event_types=["interview.completed"])
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        Endpoint.objects.filter(pk=slow.pk).update(paused_until=timezone.now() + timedelta(minutes=1))
        for _ in range(4):
            attempt(acme)
            clock.shift(COALESCED_WITHIN)
    assert slow.deliveries.count() == 1
    assert endpoint.deliveries.count() == 4
