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
from webhooks.services.endpoints import (
    MAX_ENDPOINTS,
    create_endpoint,
    disable_endpoint,
    enable_endpoint,
    update_endpoint,
)
from webhooks.services.purge import purge_deliveries
from webhooks.services.replay import cancel_delivery, replay_deliveries, replay_delivery, send_now

pytestmark = pytest.mark.django_db
EVENTS = ["interview.completed"]
OPERATOR = Actor(ActorKind.STAFF, "root")


def statuses() -> list[str]:
    return [*Delivery.objects.order_by("pk").values_list("status", flat=True)]


def test_an_org_has_at_most_five_active_endpoints(acme: Org, globex: Org) -> None:
    created = [
        create_endpoint(org_id=acme.pk, url=clean_url(f"http://127.0.0.1/{number}"), event_types=EVENTS)
        for number in range(MAX_ENDPOINTS)
    ]
    assert len({endpoint.secret for endpoint in created}) == 5
    with pytest.raises(ValidationError, match="5 active webhook endpoints"):
        create_endpoint(org_id=acme.pk, url=clean_url("http://127.0.0.1/sixth"), event_types=EVENTS)
    create_endpoint(org_id=globex.pk, url=clean_url("http://127.0.0.1/0"), event_types=EVENTS)
    disable_endpoint(endpoint_id=created[0].pk)
    create_endpoint(org_id=acme.pk, url=clean_url("http://127.0.0.1/sixth"), event_types=EVENTS)
    with pytest.raises(ValidationError, match="5 active webhook endpoints"):
        enable_endpoint(endpoint_id=created[0].pk)
    assert Endpoint.objects.for_org(acme.pk).active().count() == 5


@pytest.mark.parametrize("events", [[], ["interview.deleted"], ["webhook.test"], ["interview.completed", ""]])
def test_unknown_events_are_refused(acme: Org, events: list[str]) -> None:
    with pytest.raises(ValidationError, match=r"interview\.started, interview\.abandoned"):
        create_endpoint(org_id=acme.pk, url=clean_url("http://127.0.0.1/"), event_types=events)
    assert not Endpoint.objects.exists()


def test_a_url_is_used_once_in_an_org(acme: Org, endpoint: Endpoint) -> None:
    with pytest.raises(ValidationError, match="already has a webhook endpoint with this URL"):
        create_endpoint(org_id=acme.pk, url=clean_url(endpoint.url), event_types=EVENTS)


def test_a_change_keeps_the_secret_and_refuses_a_forbidden_url(endpoint: Endpoint) -> None:
    changed = update_endpoint(endpoint_id=endpoint.pk, event_types=["interview.started"])
    assert (changed.url, changed.event_types, changed.secret) == (endpoint.url, ["interview.started"], endpoint.secret)
    with pytest.raises(ValidationError, match="begins with https://"):
        update_endpoint(endpoint_id=endpoint.pk, url=clean_url("http://10.0.0.1/"))
    endpoint.refresh_from_db()
    assert endpoint.url == changed.url


def test_disabling_cancels_what_is_pending_and_replaying_sends_it(
    acme: Org, endpoint: Endpoint, receiver: Receiver
) -> None:
    complete(acme)
    disable_endpoint(endpoint_id=endpoint.pk)
    assert (work(), statuses()) == (0, [Status.CANCELLED])
    endpoint = enable_endpoint(endpoint_id=endpoint.pk)
    assert work() == 0, "enabling alone sends nothing"
    assert replay_deliveries(endpoint=endpoint, since=timezone.now() - timedelta(days=1)) == 1
    assert (work(), statuses()) == (1, [Status.DELIVERED])
    assert replay_deliveries(endpoint=endpoint, since=timezone.now() - timedelta(days=1)) == 0


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


def test_what_is_under_way_or_finished_is_not_sent_again(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    delivery = complete(acme)
    Delivery.objects.update(leased_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(ValidationError, match="An attempt is under way"):
        send_now(delivery_id=delivery.pk)
    Delivery.objects.update(leased_until=None)
    work()
    with pytest.raises(ValidationError, match="no longer pending"):
        send_now(delivery_id=delivery.pk)
    assert len(receiver.received) == 1


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
