"""Endpoints: who may have how many, and what disabling, replaying, erasing and purging do."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from interviews.services.erasure import delete_org, erase_contact
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.webhooks.conftest import complete, work
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint, EndpointState, Event, Status
from webhooks.schedule import DELAYS
from webhooks.sending import clean_url
from webhooks.services.deliveries import cancel_delivery, purge_deliveries, replay_delivery, send_now
from webhooks.services.endpoints import create_endpoint, disable_endpoint
from webhooks.services.events import send_test_event

pytestmark = pytest.mark.django_db
EVENTS = ["interview.completed"]
OPERATOR = Actor(ActorKind.STAFF, "root")


def statuses() -> list[str]:
    return [*Delivery.objects.order_by("pk").values_list("status", flat=True)]


def test_an_endpoint_that_was_disabled_meanwhile_gets_nothing(
    acme: Org, endpoint: Endpoint, receiver: Receiver
) -> None:
    """The delivery was written by a transaction that had read the endpoint before."""
    complete(acme)
    Endpoint.objects.update(state=EndpointState.DISABLED)
    work()
    assert (receiver.received, statuses()) == ([], [Status.CANCELLED])


def test_a_replay_has_the_same_id_and_a_new_schedule(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    delivery = complete(acme)
    with pytest.raises(ValidationError, match="still pending"):
        replay_delivery(delivery_id=delivery.pk)
    work()
    receiver.status = 500
    replay_delivery(delivery_id=delivery.pk)
    work()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.last_status) == (Status.PENDING, 1, 500)
    assert delivery.all_attempts == 2, "also the one before the replay"
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 1
    disable_endpoint(endpoint_id=endpoint.pk)
    with pytest.raises(ValidationError, match="Enable it first"):
        replay_delivery(delivery_id=delivery.pk)
    with pytest.raises(ValidationError, match="Enable it first"):
        send_test_event(disable_endpoint(endpoint_id=endpoint.pk))


def test_a_pending_delivery_is_sent_before_its_time(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    receiver.status = 500
    delivery = complete(acme)
    work()
    assert work() == 0, "the next attempt waits"
    send_now(delivery_id=delivery.pk)
    assert work() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (Status.PENDING, 2)
    assert delivery.due_at > timezone.now() + DELAYS[1] * 0.9, "the schedule goes on"
    for change, message in (
        ({"leased_until": timezone.now() + timedelta(minutes=1)}, "An attempt is under way"),
        ({"leased_until": None, "status": Status.DELIVERED}, "no longer pending"),
    ):
        Delivery.objects.update(**change)
        with pytest.raises(ValidationError, match=message):
            send_now(delivery_id=delivery.pk)


def test_only_a_pending_delivery_can_be_cancelled(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    delivery = complete(acme)
    assert cancel_delivery(delivery_id=delivery.pk)
    assert not cancel_delivery(delivery_id=delivery.pk)
    work()
    assert (receiver.received, statuses()) == ([], [Status.CANCELLED])


def test_erasing_a_contact_removes_the_events_of_their_interviews(
    acme: Org, endpoint: Endpoint, interview_request: InterviewRequest, alice: Contact
) -> None:
    give_consent(interview_request)
    other = complete(acme, interview_request.pk + 1)
    erase_contact(org_id=acme.pk, contact_id=alice.pk, actor=OPERATOR)
    assert [*Delivery.objects.all()] == [other]
    assert [*Event.objects.all()] == [other.event]
    work()


def test_deleting_an_org_removes_its_webhooks(acme: Org, globex: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    create_endpoint(org_id=globex.pk, url=clean_url(receiver.url), event_types=EVENTS)
    kept = complete(globex)
    complete(acme)
    delete_org(org_id=acme.pk, actor=OPERATOR)
    assert [*Delivery.objects.all()] == [kept]
    assert [endpoint.org for endpoint in Endpoint.objects.all()] == [globex]


def test_purge_deletes_old_deliveries_that_are_not_pending(
    acme: Org, endpoint: Endpoint, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_DELIVERY_DAYS = 30
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        complete(acme)
        work()
        receiver.status = 500
        pending = complete(acme, 2)
        work()
        clock.shift(timedelta(days=30))
        assert purge_deliveries() == 0
        new = complete(acme, 3)
        clock.shift(timedelta(seconds=1))
        assert purge_deliveries(dry_run=True) == 1
        assert purge_deliveries() == 1
    assert {*Delivery.objects.all()} == {pending, new}
    assert {*Event.objects.all()} == {pending.event, new.event}
