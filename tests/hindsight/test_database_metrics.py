"""A scrape does not wait for a database that does not answer."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from django.db import OperationalError
from prometheus_client import CollectorRegistry
from pytest_django import DjangoDbBlocker

from hindsight.queue import metrics
from hindsight.queue.kinds import Backlog
from hindsight.queue.metrics import QueueCollector


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker) -> Iterator[CollectorRegistry]:
    monkeypatch.setattr(metrics, "TIMEOUT_SECONDS", 0.05)
    registry = CollectorRegistry()
    registry.register(QueueCollector())
    with django_db_blocker.unblock():  # for the collector's thread, which uses no table here
        yield registry


@pytest.mark.slow
def test_one_query_at_a_time_and_no_longer_than_the_limit(
    registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, calls = Event(), []

    def slow() -> dict[str, Backlog]:
        calls.append(1)
        may_end.wait(10)
        return {"slow": Backlog(3, timedelta(seconds=5))}

    monkeypatch.setattr(metrics, "backlogs", slow)
    for _ in range(3):
        assert registry.get_sample_value("hindsight_queues_readable") == 0
        assert registry.get_sample_value("hindsight_queue_tasks", {"queue": "slow"}) is None
    assert len(calls) == 1
    may_end.set()
    monkeypatch.setattr(metrics, "TIMEOUT_SECONDS", 10)
    assert registry.get_sample_value("hindsight_queue_tasks", {"queue": "slow"}) == 3
    assert registry.get_sample_value("hindsight_queue_oldest_seconds", {"queue": "slow"}) == 5


def test_an_unavailable_database_leaves_the_other_metrics(
    registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> dict[str, Backlog]:
        raise OperationalError

    monkeypatch.setattr(metrics, "TIMEOUT_SECONDS", 10)
    monkeypatch.setattr(metrics, "backlogs", unavailable)
    assert registry.get_sample_value("hindsight_queues_readable") == 0
