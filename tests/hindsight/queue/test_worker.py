"""Kinds start in threads of their own."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError

from hindsight.queue import worker as workers
from hindsight.queue.kinds import Kind
from hindsight.queue.models import Heartbeat
from hindsight.queue.shares import Shares
from hindsight.queue.worker import Worker
from interviews.models import UnreadObjective
from tools.harness.processes import eventually

pytestmark = pytest.mark.django_db


class Starting(Kind[Any]):
    """Fails at the first start, and never ends the second one."""

    name = "starting"
    threads = 1
    shares = Shares(org=1)
    starts = 0
    worker: Worker

    def rows(self) -> Any:
        return UnreadObjective.objects.none()

    def run(self, row: Any) -> None:
        raise NotImplementedError

    def start(self) -> Iterator[None]:
        self.starts += 1
        if self.starts == 1:
            raise OperationalError("The database is shutting down.")
        assert eventually(lambda: self.worker.beats_at > 0)
        self.worker.is_stopping = True  # as SIGTERM does
        while True:
            yield


def test_a_start_is_repeated_and_stops_with_the_worker(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(workers, "RETRY_SECONDS", 0)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    kind = Starting()
    kind.worker = Worker([kind])
    kind.worker.run()
    assert kind.starts == 2
    assert "the start has failed" in caplog.text
    assert not Heartbeat.objects.exists()
