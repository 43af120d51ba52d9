"""Endpoints: disabling, replaying, erasing and purging, what is kept of answers, and the OpenAPI description."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from contacts.models import Contact
from hindsight.api.schema import description
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from interviews.services.erasure import delete_org, erase_contact
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.client import validator
from tests.webhooks.conftest import attempt, complete, work
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint, EndpointState, Event, Status
from webhooks.models.event import EVENT_TYPES, TEST_EVENT
from webhooks.schedule import DELAYS
from webhooks.sending import MAX_ANSWER_BYTES, clean_url
from webhooks.services.deliveries import cancel_delivery, purge_deliveries, replay_delivery, send_now
from webhooks.services.endpoints import create_endpoint, disable_endpoint
from webhooks.services.events import send_test_event

pytestmark = pytest.mark.usefixtures("endpoint")
OPERATOR = Actor(ActorKind.STAFF, "root")


def statuses() -> list[str]:
    return [*Delivery.objects.order_by("pk").values_list("status", flat=True)]


def test_an_endpoint_that_was_disabled_meanwhile_gets_nothing(acme: Org, receiver: Receiver) -> None:
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


def test_a_pending_delivery_is_sent_before_its_time(acme: Org, receiver: Receiver) -> None:
    receiver.status = 500
    delivery = attempt(acme)
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


def test_only_a_pending_delivery_can_be_cancelled(acme: Org, receiver: Receiver) -> None:
    delivery = complete(acme)
    assert cancel_delivery(delivery_id=delivery.pk)
    assert not cancel_delivery(delivery_id=delivery.pk)
    work()
    assert (receiver.received, statuses()) == ([], [Status.CANCELLED])


def test_erasing_a_contact_removes_the_events_of_their_interviews(
    acme: Org, interview_request: InterviewRequest, alice: Contact
) -> None:
    give_consent(interview_request)
    other = complete(acme, interview_request.pk + 1)
    erase_contact(org_id=acme.pk, contact_id=alice.pk, actor=OPERATOR)
    assert [*Delivery.objects.all()] == [other]
    assert [*Event.objects.all()] == [other.event]
    work()


def test_deleting_an_org_removes_its_webhooks(acme: Org, globex: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    create_endpoint(org_id=globex.pk, url=clean_url(receiver.url), event_types=["interview.completed"])
    kept = complete(globex)
    complete(acme)
    delete_org(org_id=acme.pk, actor=OPERATOR)
    assert [*Delivery.objects.all()] == [kept]
    assert [endpoint.org for endpoint in Endpoint.objects.all()] == [globex]


def test_purge_deletes_old_deliveries_that_are_not_pending(acme: Org, receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_DELIVERY_DAYS = 30
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        attempt(acme)
        receiver.status = 500
        pending = attempt(acme, 2)
        Event.objects.update(created_at=timezone.now())  # the database's clock does not travel
        clock.shift(timedelta(days=30))
        assert purge_deliveries() == 0
        new = complete(acme, 3)
        clock.shift(timedelta(seconds=1))
        assert purge_deliveries(dry_run=True) == 1
        assert purge_deliveries() == 1
    assert {*Delivery.objects.all()} == {pending, new}
    assert {*Event.objects.all()} == {pending.event, new.event}


def test_the_first_2_kb_and_headers_without_secrets_are_kept(acme: Org, receiver: Receiver) -> None:
    receiver.status, receiver.body = 503, b"down\0" + b"x" * 5_000
    receiver.headers = {
        "Set-Cookie": "session=s3cret",
        "X-Api-Key": "s3cret",
        "WWW-Authenticate": "Bearer s3cret",
        "Location": "https://example.com/?code=s3cret",
        "Retry-After": "7",
    }
    delivery = attempt(acme)
    assert delivery.answer_body.startswith("down\ufffdxxx")
    assert len(delivery.answer_body) == MAX_ANSWER_BYTES
    headers = delivery.answer_headers.splitlines()
    assert {"Set-Cookie: (not kept)", "X-Api-Key: (not kept)", "WWW-Authenticate: (not kept)"} <= set(headers)
    assert {"Location: https://example.com/?(not kept)", "Retry-After: 7"} <= set(headers)
    assert "s3cret" not in "".join(headers)


def test_without_an_answer_that_of_an_earlier_attempt_is_not_kept(acme: Org) -> None:
    complete(acme)
    Delivery.objects.update(answer_headers="Server: nginx", answer_body="earlier")
    Endpoint.objects.update(url="http://127.0.0.1:9/closed")
    work()
    delivery = Delivery.objects.get()
    assert (delivery.last_outcome, delivery.answer_headers, delivery.answer_body) == ("unreachable", "", "")


def test_purge_removes_answers_after_seven_days(acme: Org) -> None:
    old, new = complete(acme, 1), complete(acme, 2)
    now = timezone.now()
    for delivery, days in ((old, 8), (new, 6)):
        Delivery.objects.filter(pk=delivery.pk).update(
            answer_headers="a: b", answer_body="c", last_attempt_at=now - timedelta(days=days)
        )
    purge_deliveries(dry_run=True)
    assert Delivery.objects.filter(answer_headers="a: b").count() == 2
    purge_deliveries()
    kept = dict(Delivery.objects.values_list("pk", "answer_body"))
    assert kept == {old.pk: "", new.pk: "c"}


NAMES = {"interview.started": "InterviewStartedEvent", TEST_EVENT: "WebhookTestEvent"}


def test_what_is_sent_matches_the_description(
    endpoint: Endpoint, receiver: Receiver, interview_request: InterviewRequest
) -> None:
    assert set(description()["webhooks"]) == {*EVENT_TYPES, TEST_EVENT}
    give_consent(interview_request)
    send_test_event(endpoint)
    work()
    assert len(receiver.received) == 2
    for received in receiver.received:
        body = json.loads(received.body)
        operation = description()["webhooks"][body["type"]]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        assert content["schema"]["$ref"] == f"#/components/schemas/{NAMES[body['type']]}"
        validator(json.dumps(content["schema"])).validate(body)
        validator(json.dumps(content["schema"])).validate(content["examples"]["Event"]["value"])
        assert {parameter["name"] for parameter in operation["parameters"]} <= set(received.headers)
