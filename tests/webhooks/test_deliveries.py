"""Attempts of a delivery, against a real HTTP server."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from orgs.models import Org, SecurityEvent
from tests.webhooks.conftest import attempt, complete, work
from tests.working import leased
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint, EndpointState, Outcome, Status
from webhooks.schedule import DELAYS, MAX_ATTEMPTS, SHORTEST_PAUSE, pause_after
from webhooks.sending import Result, clean_url, post
from webhooks.services.deliveries import cancel_delivery
from webhooks.services.endpoints import create_endpoint, enable_endpoint, rotate_secret, update_endpoint
from webhooks.services.events import record_event
from webhooks.work import Deliveries, deliver

pytestmark = pytest.mark.usefixtures("endpoint")


def test_consent_sends_a_signed_event(
    endpoint: Endpoint, receiver: Receiver, interview_request: InterviewRequest
) -> None:
    give_consent(interview_request)
    give_consent(interview_request)
    assert work() == 1
    [received] = receiver.received
    body = Webhook(endpoint.secret).verify(received.body, dict(received.headers))
    data = {"deal_id": None, "status": "created", "progress": "started"}
    assert body == {
        "type": "interview.started",
        "timestamp": json.loads(received.body)["timestamp"],
        "data": {"interview_request_id": interview_request.pk, **data},
    }
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.last_status) == (Status.DELIVERED, 1, 204)
    assert delivery.last_outcome == Outcome.ACCEPTED


@pytest.mark.slow
def test_every_attempt_sends_the_same_message_until_the_schedule_ends(acme: Org, receiver: Receiver) -> None:
    receiver.status = 500
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        delivery = attempt(acme)
        for number, delay in enumerate(DELAYS, start=1):
            delivery.refresh_from_db()
            assert (delivery.status, delivery.attempts, delivery.last_status) == (Status.PENDING, number, 500)
            assert delay <= delivery.due_at - timezone.now() <= delay * 1.1
            clock.move_to(delivery.due_at - timedelta(seconds=1))
            assert work() == 0
            clock.move_to(delivery.due_at)
            assert work() == 1
        delivery.refresh_from_db()
        clock.shift(timedelta(days=9))
        assert work() == 0
    assert (delivery.status, delivery.attempts) == (Status.FAILED, MAX_ATTEMPTS)
    assert len(receiver.received) == MAX_ATTEMPTS == 10
    assert len({(received.headers["webhook-id"], received.body) for received in receiver.received}) == 1
    assert len({received.headers["webhook-signature"] for received in receiver.received}) == MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("header", "delay"),
    [
        ("120", timedelta(minutes=2)),
        ("Tue, 01 Dec 2026 13:00:00 GMT", timedelta(hours=1)),
        ("999999999", timedelta(hours=24)),
        ("soon", DELAYS[0]),
        ("Tue, 01 Dec 2020 13:00:00 GMT", DELAYS[0]),
    ],
)
def test_retry_after_postpones_the_next_attempt(acme: Org, receiver: Receiver, header: str, delay: timedelta) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": header}
    with time_machine.travel("2026-12-01T12:00Z", tick=False):
        delivery = attempt(acme)
        assert delay <= delivery.due_at - timezone.now() <= delay * 1.1


class TestDisabling:
    """The org is told at its contact address."""

    @pytest.fixture(autouse=True)
    def mail_is_set_up(self, settings: Settings, acme: Org) -> None:
        settings.EMAIL_URL = {}
        acme.contact_address = "research@acme.example"
        acme.save()

    def test_410_disables_the_endpoint_and_tells_staff_and_the_org_once(
        self, acme: Org, endpoint: Endpoint, receiver: Receiver, mailoutbox: list[EmailMessage]
    ) -> None:
        receiver.status = 410
        complete(acme)
        other = attempt(acme, 2)
        endpoint.refresh_from_db()
        assert (endpoint.state, len(receiver.received)) == (EndpointState.GONE, 1)
        assert set(Delivery.objects.values_list("status", flat=True)) == {Status.CANCELLED}
        event = SecurityEvent.objects.get(kind="webhook_changed")
        assert (event.actor, event.org, event.subject) == ("run_worker", "acme", str(endpoint.pk))
        assert event.detail == "State: disabled: it answered 410 Gone."
        assert complete(acme, 3) == other, "a disabled endpoint gets no new deliveries"
        [mail] = mailoutbox
        assert mail.to == ["research@acme.example"]
        assert "of Acme, because it answered 410 Gone" in mail.body
        assert f"{endpoint.public_id} at 127.0.0.1" in mail.body
        assert urlsplit(endpoint.url).path not in mail.body.replace("/api/", "")

        enable_endpoint(endpoint_id=endpoint.pk)
        attempt(acme, 4)
        assert len(mailoutbox) == 2, "disabled again"

    def test_five_days_of_failures_disable_the_endpoint_and_are_told(
        self, acme: Org, endpoint: Endpoint, receiver: Receiver, mailoutbox: list[EmailMessage]
    ) -> None:
        receiver.status = 500
        attempt(acme)
        assert mailoutbox == []
        Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
        attempt(acme, 2)
        [mail] = mailoutbox
        assert "every attempt has failed for five days" in mail.body
        endpoint.refresh_from_db()
        assert endpoint.state == EndpointState.FAILING
        assert SecurityEvent.objects.get(kind="webhook_changed").detail == "State: disabled: it failed for five days."

    @pytest.mark.parametrize(
        ("address", "email_url"),
        [("", {}), ("+49 30 1234", {}), ("https://acme.example/contact", {}), ("research@acme.example", None)],
    )
    def test_nobody_is_told_without_an_email_address_or_mail(
        self, acme: Org, receiver: Receiver, mailoutbox: list[Any], settings: Settings, address: str, email_url: Any
    ) -> None:
        settings.EMAIL_URL = email_url
        Org.objects.filter(pk=acme.pk).update(contact_address=address)
        receiver.status = 410
        attempt(acme)
        assert (Endpoint.objects.get().state, mailoutbox) == (EndpointState.GONE, [])

    def test_a_mail_server_that_fails_changes_nothing(
        self, acme: Org, endpoint: Endpoint, receiver: Receiver, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        receiver.status = 410
        attempt(acme)
        endpoint.refresh_from_db()
        assert endpoint.state == EndpointState.GONE
        assert Delivery.objects.get().status == Status.CANCELLED


def test_a_success_ends_the_count_of_failing_days(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        for number, status in enumerate([500, 200, 500], start=1):
            receiver.status = status
            Delivery.objects.pending().update(status=Status.FAILED)
            attempt(acme, number)
            endpoint.refresh_from_db()
            assert (endpoint.failing_since is None) == (status == 200)
            clock.shift(timedelta(days=3))
    assert endpoint.state == EndpointState.ACTIVE


@pytest.mark.parametrize("status", [204, 500])
def test_a_slow_answer_delays_the_other_deliveries_of_the_endpoint(
    acme: Org, endpoint: Endpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    receiver.status = status
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        first, second = complete(acme), complete(acme, 2)
        with monkeypatch.context() as patched:
            patched.setattr("webhooks.work.SLOW", timedelta())
            assert work() == 1
        now = timezone.now()
        endpoint.refresh_from_db()
        assert (endpoint.slow_since, endpoint.paused_until) == (now, now + SHORTEST_PAUSE)
        assert (endpoint.failing_since is None) == (status == 204)
        second.refresh_from_db()
        assert (second.status, second.attempts) == (Status.PENDING, 0)
        receiver.status = 204
        clock.shift(SHORTEST_PAUSE * 1.2)
        assert work() == (1 if status == 204 else 2)
    endpoint.refresh_from_db()
    assert (endpoint.slow_since, endpoint.paused_until, endpoint.failing_since) == (None, None, None)
    assert {first.pk, second.pk} == set(Delivery.objects.filter(status=Status.DELIVERED).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("duration", "failing_for", "pause"), [(2.5, 0, 7.5), (14, 0, 42), (0.1, 0, 5), (15, 60, 60), (15, 3600, 300)]
)
def test_the_pause_grows_with_the_duration_and_with_the_failures(
    duration: float, failing_for: float, pause: float
) -> None:
    assert pause_after(timedelta(seconds=duration), timedelta(seconds=failing_for)) == timedelta(seconds=pause)


def test_two_signatures_while_a_secret_is_rotated(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        new = rotate_secret(endpoint_id=endpoint.pk, grace=timedelta(days=1))
        assert new.secret != endpoint.secret
        attempt(acme)
        rotating = receiver.received[-1]
        for secret in (new.secret, endpoint.secret):
            Webhook(secret).verify(rotating.body, dict(rotating.headers))
        clock.shift(timedelta(days=1, seconds=1))
        attempt(acme, 2)
        rotated = receiver.received[-1]
        Webhook(new.secret).verify(rotated.body, dict(rotated.headers))
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(rotated.body, dict(rotated.headers))


def test_only_subscribed_endpoints_of_the_org_get_an_event(acme: Org, globex: Org, receiver: Receiver) -> None:
    create_endpoint(org_id=globex.pk, url=clean_url(receiver.url), event_types=["interview.completed"])
    create_endpoint(org_id=acme.pk, url=clean_url(f"{receiver.url}/started"), event_types=["interview.started"])
    attempt(acme)
    assert [received.path for received in receiver.received] == ["/hooks"]
    assert Delivery.objects.get().org == acme


def test_the_longest_body_is_under_2_kb(acme: Org, receiver: Receiver) -> None:
    data = {"deal_id": "\N{GRINNING FACE}" * 255, "status": "completed"}
    record_event(org_id=acme.pk, event_type="interview.completed", interview_request_id=2**63 - 1, data=data)
    work()
    assert len(receiver.received[0].body) < 2_000


class TestLeases:
    def test_what_a_killed_worker_had_is_due_again(self, acme: Org, receiver: Receiver) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            complete(acme)
            assert len(leased("deliveries")) == 1
            clock.shift(Deliveries.lease_time - timedelta(seconds=1))
            assert work() == 0
            clock.shift(timedelta(seconds=1))
            assert work() == 1
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.attempts) == (Status.DELIVERED, 2)

    def test_a_delivery_whose_workers_are_all_killed_has_failed(self, acme: Org) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            delivery = complete(acme)
            for _ in range(MAX_ATTEMPTS):
                assert len(leased("deliveries")) == 1
                clock.shift(Deliveries.lease_time)
            assert leased("deliveries") == []
        delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts) == (Status.FAILED, MAX_ATTEMPTS)

    def test_a_worker_that_was_too_slow_does_not_undo_the_next_attempt(
        self, acme: Org, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its own attempt fails after another worker has begun the next one."""
        delivery = complete(acme)
        receiver.status = 500
        meanwhile(monkeypatch, lambda: Delivery.objects.update(attempts=2))
        deliver(leased("deliveries")[0])
        delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts, delivery.last_status) == (Status.PENDING, 2, None)
        assert delivery.leased_until is not None

    @pytest.mark.parametrize(("answer", "status"), [(204, Status.DELIVERED), (500, Status.CANCELLED)])
    def test_an_attempt_that_is_cancelled_while_it_is_sent(
        self, acme: Org, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, answer: int, status: Status
    ) -> None:
        delivery = complete(acme)
        receiver.status = answer
        meanwhile(monkeypatch, lambda: cancel_delivery(delivery_id=delivery.pk))
        deliver(leased("deliveries")[0])
        delivery.refresh_from_db()
        assert (delivery.status, delivery.last_status) == (status, answer)

    def test_an_endpoint_that_is_deleted_while_it_is_sent_to(
        self, acme: Org, endpoint: Endpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        complete(acme)
        receiver.status = 500
        meanwhile(monkeypatch, endpoint.delete)
        deliver(leased("deliveries")[0])
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("answer", [204, 410, 500])
    def test_an_answer_of_the_url_before_says_nothing_about_the_new_one(
        self, acme: Org, endpoint: Endpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, answer: int
    ) -> None:
        """Staff correct the URL while the old one is sent to."""
        delivery = complete(acme)
        receiver.status, before = answer, timezone.now() - timedelta(days=6)
        Endpoint.objects.update(failing_since=before)
        new_url = clean_url(f"{receiver.url}/new")
        meanwhile(monkeypatch, lambda: update_endpoint(endpoint_id=endpoint.pk, url=new_url))
        deliver(leased("deliveries")[0])
        endpoint.refresh_from_db()
        assert (endpoint.url, endpoint.state, endpoint.failing_since) == (new_url, EndpointState.ACTIVE, None)
        assert not SecurityEvent.objects.filter(kind="webhook_changed").exists()
        delivery.refresh_from_db()
        status = Status.DELIVERED if answer == 204 else Status.PENDING
        assert (delivery.status, delivery.last_status, delivery.leased_until) == (status, answer, None)


def meanwhile(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Runs the action when the next answer has arrived, before it is stored."""

    def post_and_act(*args: Any, **kwargs: Any) -> Result:
        result = post(*args, **kwargs)
        action()
        return result

    monkeypatch.setattr("webhooks.work.post", post_and_act)
