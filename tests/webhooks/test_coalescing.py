"""Equal events of one interview request within seconds become one, and the last state is always told."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from interviews.models import InterviewRequest
from interviews.services.wishes import decline_interview, withdraw_decline
from orgs.models import Org
from tests.webhooks.conftest import complete, work
from tests.working import leased
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint, Event, Status
from webhooks.schedule import COALESCED_WITHIN, DELAYS
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint
from webhooks.services.events import record_event
from webhooks.work import Deliveries, deliver

pytestmark = pytest.mark.django_db


def toggle_decline(interview_request: InterviewRequest, times: int) -> None:
    for _ in range(times):
        decline_interview(interview_request)
        withdraw_decline(interview_request)


def flagged(org: Org, status: str) -> None:
    data = {"deal_id": None, "status": status}
    record_event(org_id=org.pk, event_type="interview.flagged", interview_request_id=1, data=data)


def told(receiver: Receiver) -> list[str]:
    return [json.loads(received.body)["data"]["status"] for received in receiver.received]


@pytest.mark.slow
def test_toggling_decline_for_five_seconds_sends_two_events(
    endpoint: Endpoint, receiver: Receiver, interview_request: InterviewRequest
) -> None:
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        for _ in range(20):
            toggle_decline(interview_request, 2)
            work()
            clock.shift(timedelta(seconds=0.25))
        decline_interview(interview_request)
        assert Event.objects.count() == Delivery.objects.count() == 2
        clock.shift(COALESCED_WITHIN)
        assert work() == 1, "the last state is told after it is stored"
    assert len(receiver.received) == 2


def test_an_event_is_told_after_an_equal_one_that_is_being_sent(
    acme: Org, endpoint: Endpoint, receiver: Receiver
) -> None:
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


def test_an_event_is_told_after_an_equal_one_of_a_worker_that_was_stopped(
    acme: Org, endpoint: Endpoint, receiver: Receiver
) -> None:
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


def test_an_event_that_differs_is_told_and_so_is_the_return_to_the_first(
    acme: Org, endpoint: Endpoint, receiver: Receiver
) -> None:
    for status in ("sent", "sent", "completed", "sent", "sent"):
        flagged(acme, status)
    work()
    assert told(receiver) == ["sent", "completed", "sent"]


def test_an_equal_event_does_not_wait_for_a_far_retry(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    receiver.status = 500
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        failed = complete(acme)
        work()
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
            complete(acme)
            work()
            clock.shift(COALESCED_WITHIN)
    assert slow.deliveries.count() == 1
    assert endpoint.deliveries.count() == 4
