"""The commands for webhooks, in the order of an incident."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError
from django.utils import timezone

from hindsight.queue.models import Heartbeat, record_heartbeat
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
    with pytest.raises(CommandError, match=r"10\.0\.0\.1 does not resolve to public addresses only"):
        run("create_webhook", "acme", "https://10.0.0.1/hooks")
    pk, secret = run("create_webhook", "acme", URL, "--event", "interview.completed").split()
    created = Endpoint.objects.get()
    assert (str(created.pk), created.secret, created.org) == (pk, secret, acme)
    assert newest_event() == ("webhook_created", pk, "Events: interview.completed.")
    listed = run("list_webhooks")
    assert listed == f"{pk}\tacme\tactive\t-\tinterview.completed\t{URL}\n"
    assert run("list_webhooks", "--org", "acme") == listed


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
    delivery = complete(acme).pk
    assert run("disable_webhook", pk) == "disabled\n"
    assert newest_event() == ("webhook_changed", pk, "Disabled.")
    listed = run("list_deliveries", pk, "--status", "cancelled").split("\t")
    assert listed[:4] == [str(delivery), "interview.completed", "cancelled", "0"]
    assert run("list_deliveries", pk, "--status", "pending") == ""
    with pytest.raises(CommandError, match="Enable it first"):
        run("replay_webhooks", pk, "--since", "2026-01-01")
    assert run("enable_webhook", pk) == "active\n"
    for options, error in (
        (["--delivery", delivery + 1], f"no delivery {delivery + 1}"),
        (["--since", "yesterday"], "not a time"),
    ):
        with pytest.raises(CommandError, match=error):
            run("replay_webhooks", pk, *options)
    assert run("replay_webhooks", pk, "--since", "2999-01-01") == "0\n"
    assert run("replay_webhooks", pk, "--since", "2026-01-01") == "1\n"
    assert newest_event() == ("webhook_sent", pk, "Replayed: 1.")
    assert run("list_deliveries", pk, "--status", "pending").startswith(f"{delivery}\t")
    run("disable_webhook", pk)
    run("enable_webhook", pk)
    assert run("replay_webhooks", pk, "--delivery", delivery) == "1\n"


def test_a_test_event(acme: Org) -> None:
    pk, _ = run("create_webhook", "acme", URL).split()
    delivery = run("test_webhook", pk).strip()
    assert newest_event() == ("webhook_sent", pk, "Test event.")
    work()
    cells = run("list_deliveries", pk).split("\t")
    assert cells[:6] == [delivery, "webhook.test", "pending", "1", "unreachable", "-"]


class TestDoctor:
    def test_no_worker_is_running(self, acme: Org) -> None:
        assert run_doctor()[0]["ok    webhooks"] == "0 active endpoints, 0 running workers"
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

    @pytest.mark.parametrize(
        ("is_slow", "fault"),
        [(False, "1 deliveries are up to 30 minutes late."), (True, "Endpoint {pk} of acme has answered")],
    )
    def test_deliveries_are_late(self, acme: Org, is_slow: bool, fault: str) -> None:
        pk, _ = run("create_webhook", "acme", URL).split()
        with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
            complete(acme)
            Endpoint.objects.update(slow_since=timezone.now() if is_slow else None)
            record_heartbeat("worker")
            assert run_doctor()[1]
            clock.shift(timedelta(minutes=30))
            record_heartbeat("worker")
            assert run_doctor()[0]["FAIL  webhooks"].startswith(fault.format(pk=pk))

    def test_an_endpoint_fails(self, acme: Org) -> None:
        pk, _ = run("create_webhook", "acme", URL).split()
        with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
            complete(acme)
            work()
            clock.shift(timedelta(hours=1, seconds=1))
            work()
            record_heartbeat("worker")
            fault = f"Endpoint {pk} of acme has failed since 2026-12-01 12:00 UTC."
            assert run_doctor()[0]["FAIL  webhooks"].startswith(fault)
        Endpoint.objects.update(state=EndpointState.FAILING)
        Delivery.objects.all().delete()
        assert "1 endpoints disabled because of their answers" in run_doctor()[0]["ok    webhooks"]


@pytest.mark.parametrize(("seconds", "is_written"), [(29, False), (30, True)])
def test_a_worker_says_at_most_every_30_seconds_that_it_runs(seconds: int, is_written: bool) -> None:
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        record_heartbeat("worker")
        clock.shift(timedelta(seconds=seconds))
        record_heartbeat("worker")
        assert (Heartbeat.objects.get().seen_at == timezone.now()) == is_written
