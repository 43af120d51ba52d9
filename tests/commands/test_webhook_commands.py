"""The commands for webhooks, in the order of an incident."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError
from django.utils import timezone

from hindsight.queue.heartbeats import record_heartbeat
from hindsight.queue.models import Heartbeat
from orgs.models import Org, SecurityEvent
from tests.commands.running import run
from tests.commands.test_doctor import run_doctor
from tests.webhooks.conftest import complete, work
from webhooks.models import Delivery, Endpoint, EndpointState

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9/hooks"


def newest_event() -> tuple[str, str, str]:
    event = SecurityEvent.objects.latest("pk")
    return event.kind, event.subject, event.detail.partition(" System user")[0]


def test_create_prints_id_and_secret_and_records_no_secret(acme: Org) -> None:
    pk, secret = run("create_webhook", "acme", URL, "--event", "interview.completed").split()
    created = Endpoint.objects.get()
    assert (str(created.pk), created.secret, created.org) == (pk, secret, acme)
    assert secret.startswith("whsec_")
    assert newest_event() == ("webhook_created", pk, "Events: interview.completed.")
    assert run("list_webhooks") == f"{pk}\tacme\tactive\t-\tinterview.completed\t{URL}\n"
    assert run("list_webhooks", "--org", "acme") == run("list_webhooks")
    assert secret not in run("list_webhooks")


def test_a_url_that_is_not_public_is_refused(acme: Org) -> None:
    with pytest.raises(CommandError, match=r"10\.0\.0\.1 does not resolve to public addresses only"):
        run("create_webhook", "acme", "https://10.0.0.1/hooks")
    assert not Endpoint.objects.exists()


def test_rotate_prints_the_new_secret(acme: Org) -> None:
    pk, old = run("create_webhook", "acme", URL).split()
    new = run("rotate_webhook_secret", pk, "--grace-days", "1").strip()
    rotated = Endpoint.objects.get()
    assert rotated.signing_secrets == [new, old]
    assert newest_event()[:2] == ("webhook_rotated", pk)
    with pytest.raises(CommandError, match="0 to 30"):
        run("rotate_webhook_secret", pk, "--grace-days", "31")


def test_disable_enable_and_replay(acme: Org) -> None:
    pk, _ = run("create_webhook", "acme", URL).split()
    complete(acme)
    assert run("disable_webhook", pk) == "disabled\n"
    assert newest_event() == ("webhook_changed", pk, "Disabled.")
    delivery = Delivery.objects.get()
    assert run("list_deliveries", pk, "--status", "cancelled").split("\t")[:4] == [
        str(delivery.pk),
        "interview.completed",
        "cancelled",
        "0",
    ]
    assert run("list_deliveries", pk, "--status", "pending") == ""
    with pytest.raises(CommandError, match="Enable it first"):
        run("replay_webhooks", pk, "--since", "2026-01-01")
    assert run("enable_webhook", pk) == "active\n"
    assert run("replay_webhooks", pk, "--since", "2999-01-01") == "0\n"
    assert run("replay_webhooks", pk, "--since", "2026-01-01") == "1\n"
    assert newest_event() == ("webhook_sent", pk, "Replayed: 1.")
    assert run("list_deliveries", pk, "--status", "pending").startswith(f"{delivery.pk}\t")


def test_replay_of_one_delivery_of_the_endpoint(acme: Org) -> None:
    pk, _ = run("create_webhook", "acme", URL).split()
    delivery = complete(acme)
    run("disable_webhook", pk)
    run("enable_webhook", pk)
    with pytest.raises(CommandError, match=f"no delivery {delivery.pk + 1}"):
        run("replay_webhooks", pk, "--delivery", delivery.pk + 1)
    with pytest.raises(CommandError, match="not a date"):
        run("replay_webhooks", pk, "--since", "yesterday")
    assert run("replay_webhooks", pk, "--delivery", delivery.pk) == "1\n"


def test_a_test_event(acme: Org) -> None:
    pk, _ = run("create_webhook", "acme", URL).split()
    delivery = run("test_webhook", pk).strip()
    assert newest_event() == ("webhook_sent", pk, "Test event.")
    work()
    cells = run("list_deliveries", pk).split("\t")
    assert cells[:6] == [delivery, "webhook.test", "pending", "1", "unreachable", "-"]


@pytest.mark.parametrize(
    "command", ["rotate_webhook_secret", "disable_webhook", "enable_webhook", "test_webhook", "list_deliveries"]
)
def test_an_unknown_endpoint(acme: Org, command: str) -> None:
    with pytest.raises(CommandError, match="no webhook endpoint 4711"):
        run(command, 4711)


class TestDoctor:
    def test_without_endpoints_no_worker_is_needed(self, acme: Org) -> None:
        lines, healthy = run_doctor()
        assert healthy
        assert lines["ok    webhooks"] == "0 active endpoints, 0 running workers"

    def test_no_worker_is_running(self, acme: Org) -> None:
        run("create_webhook", "acme", URL)
        complete(acme)
        Heartbeat.objects.create(name="old", seen_at=timezone.now() - timedelta(minutes=3))
        lines, healthy = run_doctor()
        assert not healthy
        assert lines["FAIL  webhooks"].startswith("No worker is running, and 1 deliveries are due.")
        record_heartbeat("new")
        lines, healthy = run_doctor()
        assert healthy
        assert lines["ok    webhooks"] == "1 active endpoints, 1 running workers"
        assert [worker.name for worker in Heartbeat.objects.all()] == ["new"]

    def test_deliveries_are_late(self, acme: Org) -> None:
        run("create_webhook", "acme", URL)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            complete(acme)
            clock.shift(timedelta(minutes=30))
            record_heartbeat("busy")
            assert run_doctor()[0]["FAIL  webhooks"] == "1 deliveries are up to 30 minutes late. Start more workers."

    def test_deliveries_wait_for_a_slow_endpoint(self, acme: Org) -> None:
        pk, _ = run("create_webhook", "acme", URL).split()
        with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
            complete(acme)
            Endpoint.objects.update(slow_since=timezone.now())
            record_heartbeat("worker")
            assert run_doctor()[1]
            clock.shift(timedelta(minutes=30))
            record_heartbeat("worker")
            assert run_doctor()[0]["FAIL  webhooks"] == (
                f"Endpoint {pk} of acme has answered slowly since 2026-12-01 12:00 UTC, and 1 deliveries are late. "
                "Ask the customer to answer first, and to work afterwards."
            )

    def test_an_endpoint_fails(self, acme: Org) -> None:
        pk, _ = run("create_webhook", "acme", URL).split()
        with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
            complete(acme)
            work()
            clock.shift(timedelta(hours=1, seconds=1))
            work()
            record_heartbeat("worker")
            assert run_doctor()[0]["FAIL  webhooks"].startswith(
                f"Endpoint {pk} of acme has failed since 2026-12-01 12:00 UTC. `manage.py list_deliveries {pk}` shows"
            )
        Endpoint.objects.update(state=EndpointState.FAILING)
        Delivery.objects.all().delete()
        assert "1 endpoints disabled because of their answers" in run_doctor()[0]["ok    webhooks"]


def test_a_worker_says_at_most_every_30_seconds_that_it_runs(acme: Org) -> None:
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        record_heartbeat("worker")
        clock.shift(timedelta(seconds=29))
        record_heartbeat("worker")
        assert Heartbeat.objects.get().seen_at == timezone.now() - timedelta(seconds=29)
        clock.shift(timedelta(seconds=1))
        record_heartbeat("worker")
        assert Heartbeat.objects.get().seen_at == timezone.now()
