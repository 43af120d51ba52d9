"""Values of /metrics that are read from the database. A scrape does not wait for one that does not answer."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.core.management import CommandError
from django.db import OperationalError
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from pytest_django import DjangoDbBlocker

from hindsight.metrics import database
from hindsight.metrics.database import READINGS, DatabaseCollector
from hindsight.queue.models import Heartbeat, record_heartbeat, remove_heartbeat
from orgs.models import Org
from tests.commands.running import run
from webhooks.models import Endpoint


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker) -> Iterator[CollectorRegistry]:
    monkeypatch.setattr(database, "TIMEOUT_SECONDS", 0.05)
    registry = CollectorRegistry()
    registry.register(DatabaseCollector())
    with django_db_blocker.unblock():  # for the collector's thread, which uses no table here
        yield registry


@pytest.mark.slow
def test_one_query_at_a_time_and_no_longer_than_the_limit(
    registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, calls = Event(), []

    def slow() -> Iterator[GaugeMetricFamily]:
        calls.append(1)
        may_end.wait(10)
        yield GaugeMetricFamily("slow", "", value=3)

    monkeypatch.setattr(database, "READINGS", [slow])
    for _ in range(3):
        assert registry.get_sample_value("hindsight_database_readable") == 0
        assert registry.get_sample_value("slow") is None
    assert len(calls) == 1
    may_end.set()
    monkeypatch.setattr(database, "TIMEOUT_SECONDS", 10)
    assert registry.get_sample_value("slow") == 3
    assert registry.get_sample_value("hindsight_database_readable") == 1


def test_an_unavailable_database_leaves_the_other_metrics(
    registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> list[GaugeMetricFamily]:
        raise OperationalError

    monkeypatch.setattr(database, "TIMEOUT_SECONDS", 10)
    monkeypatch.setattr(database, "READINGS", [unavailable])
    assert registry.get_sample_value("hindsight_database_readable") == 0


def value(name: str) -> float:
    """As `DatabaseCollector` reads it, in the transaction of the test."""
    [found] = [
        sample.value for reading in READINGS for gauge in reading() for sample in gauge.samples if sample.name == name
    ]
    return found


def test_the_last_purge_is_one_that_has_ended_without_an_error(acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "hindsight_last_purge_timestamp_seconds"
    with time_machine.travel("2026-12-01T12:00Z", tick=False) as clock:
        run("purge", "--dry-run")
        assert value(name) == 0
        run("purge")
        ended = timezone.now()
        clock.shift(timedelta(days=1))
        run("purge", "--dry-run")
        monkeypatch.setattr("interviews.management.commands.purge.mark_abandoned", fail)
        with pytest.raises(CommandError):
            run("purge")
        assert value(name) == ended.timestamp()


def fail(*, dry_run: bool) -> None:
    raise CommandError("A part fails.")


def test_workers_that_run(acme: Org) -> None:
    record_heartbeat("first")
    record_heartbeat("second")
    Heartbeat.objects.create(name="killed", seen_at=timezone.now() - timedelta(minutes=3))
    assert value("hindsight_workers") == 2
    remove_heartbeat("first")
    assert value("hindsight_workers") == 1


def test_endpoints_that_fail(acme: Org) -> None:
    pk, _ = run("create_webhook", "acme", "http://127.0.0.1:9/hooks").split()
    assert value("hindsight_webhook_endpoints_failing") == 0
    Endpoint.objects.filter(pk=int(pk)).update(failing_since=timezone.now() - timedelta(hours=2))
    assert value("hindsight_webhook_endpoints_failing") == 1
