"""Processes of run_worker."""

import signal
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from orgs.models import Org
from tests.live.conftest import StartWorker
from tests.live.stores import ON_POSTGRESQL
from tests.transactions import waiting_sessions
from tests.working import leased
from tools.harness.processes import eventually
from tools.harness.receiver import Receiver, receiving
from webhooks.models import Delivery, Status
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint
from webhooks.services.events import record_event

ENDPOINTS = 3


@pytest.fixture
def receiver(acme: Org) -> Iterator[Receiver]:
    """With endpoints as many as the org's share of the threads."""
    with receiving() as receiver:
        for number in range(ENDPOINTS):
            url = clean_url(f"{receiver.url}/{number}")
            create_endpoint(org_id=acme.pk, url=url, event_types=["interview.completed"])
        yield receiver


def complete(org: Org, count: int) -> None:
    for number in range(1, count + 1):
        record_event(org_id=org.pk, event_type="interview.completed", interview_request_id=number, data={})


def hold_answers(receiver: Receiver) -> Event:
    """The receiver answers when the event is set."""
    may_answer = Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        may_answer.wait(10)
        handler.send_response(204)
        handler.end_headers()

    receiver.respond = wait
    return may_answer


def deliveries(org: Org) -> Counter[str]:
    return Counter(Delivery.objects.for_org(org.pk).values_list("status", flat=True))


def test_sigterm_lets_the_deliveries_that_are_being_sent_finish(
    acme: Org, receiver: Receiver, start_worker: StartWorker
) -> None:
    may_answer = hold_answers(receiver)
    complete(acme, 2)
    worker = start_worker()
    assert eventually(lambda: len(receiver.received) == ENDPOINTS)
    worker.send_signal(signal.SIGTERM)
    may_answer.set()
    assert worker.wait(10) == 0
    assert deliveries(acme) == {Status.DELIVERED: ENDPOINTS, Status.PENDING: ENDPOINTS}


def test_what_killed_workers_had_arrives_too(acme: Org, receiver: Receiver, start_worker: StartWorker) -> None:
    """Two workers are killed while one of them waits for answers."""
    may_answer = hold_answers(receiver)
    complete(acme, 10)
    killed = [start_worker() for _ in range(2)]
    assert eventually(lambda: len(receiver.received) == ENDPOINTS)
    for worker in killed:
        worker.kill()
        worker.wait()
    may_answer.set()
    held = Delivery.objects.for_org(acme.pk).filter(attempts=1)
    assert held.update(leased_until=None) == ENDPOINTS  # as if the lease had expired
    start_worker()
    start_worker()
    assert eventually(lambda: deliveries(acme) == {Status.DELIVERED: 30}, seconds=20)
    arrivals = Counter((received.path, received.headers["webhook-id"]) for received in receiver.received)
    assert sorted(arrivals.values()) == [1] * 27 + [2] * 3


def test_a_worker_that_was_stopped_for_longer_than_its_lease(
    acme: Org, receiver: Receiver, start_worker: StartWorker
) -> None:
    """What it had arrives twice at most, nothing else does, and nothing is lost."""
    may_answer = hold_answers(receiver)
    complete(acme, 10)
    stopped = start_worker()
    assert eventually(lambda: len(receiver.received) == ENDPOINTS)
    stopped.send_signal(signal.SIGSTOP)
    may_answer.set()
    assert Delivery.objects.for_org(acme.pk).filter(attempts=1).update(leased_until=timezone.now()) == ENDPOINTS
    start_worker()
    assert eventually(lambda: deliveries(acme)[Status.DELIVERED] > ENDPOINTS, seconds=20)
    stopped.send_signal(signal.SIGCONT)
    assert eventually(lambda: deliveries(acme) == {Status.DELIVERED: 30}, seconds=20)
    arrivals = Counter((received.path, received.headers["webhook-id"]) for received in receiver.received)
    assert sorted(arrivals.values()) == [1] * 27 + [2] * 3


@pytest.mark.skipif(not ON_POSTGRESQL, reason="about sessions of PostgreSQL")
def test_a_worker_that_was_stopped_while_it_leased_does_not_stop_the_queue(
    acme: Org, receiver: Receiver, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It got the lock of the queue when it could no longer release it."""
    monkeypatch.setenv("DATABASE_IDLE_TRANSACTION_SECONDS", "2")  # a loaded machine takes one
    complete(acme, 1)
    with transaction.atomic():
        assert len(leased("deliveries", free=1)) == 1
        stopped = start_worker()
        assert eventually(lambda: waiting_sessions() == 1, seconds=30)
        stopped.send_signal(signal.SIGSTOP)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        assert len(leased("deliveries", free=1)) == 1
        cursor.execute("RESET lock_timeout")
    stopped.send_signal(signal.SIGCONT)
    assert eventually(lambda: deliveries(acme)[Status.DELIVERED] == ENDPOINTS - 2, seconds=20)
