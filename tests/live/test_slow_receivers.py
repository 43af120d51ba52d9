"""One worker process, and receivers of one org that answer no request while the test runs."""

import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest
from django.db import transaction

from orgs.models import Org
from tests.live.conftest import StartWorker, new_org
from tests.webhooks.conftest import complete
from tools.harness.processes import eventually
from tools.harness.receiver import Receiver, receiving
from webhooks.models import Delivery
from webhooks.schedule import SHORTEST_PAUSE
from webhooks.sending import clean_url
from webhooks.services.endpoints import MAX_ENDPOINTS, create_endpoint

EVENT = "interview.completed"
INTERVIEWS = 60
SECONDS = 5


@pytest.fixture
def hanging() -> Iterator[Receiver]:
    may_answer = Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        may_answer.wait(60)
        handler.close_connection = True

    with receiving() as receiver:
        receiver.respond = hang
        yield receiver
        may_answer.set()


def pending(org: Org) -> int:
    return Delivery.objects.for_org(org.pk).pending().count()


@pytest.fixture
def slow_org(hanging: Receiver) -> Org:
    """With hundreds of pending deliveries."""
    org = new_org()
    for number in range(MAX_ENDPOINTS):
        create_endpoint(org_id=org.pk, url=clean_url(f"{hanging.url}/{number}"), event_types=[EVENT])
    with transaction.atomic():
        for number in range(INTERVIEWS):
            complete(org, number)
    return org


def test_another_orgs_event_does_not_wait_for_an_org_whose_receivers_hang(
    acme: Org, slow_org: Org, hanging: Receiver, start_worker: StartWorker
) -> None:
    start_worker()
    assert eventually(lambda: len(hanging.received) > 0, seconds=60)
    with receiving() as receiver:
        create_endpoint(org_id=acme.pk, url=clean_url(receiver.url), event_types=[EVENT])
        began = time.monotonic()
        complete(acme, 1)
        assert eventually(lambda: len(receiver.received) == 1, seconds=SECONDS), "the other org's event"
        assert time.monotonic() - began < SECONDS
    assert pending(slow_org) == INTERVIEWS * MAX_ENDPOINTS
    held = Delivery.objects.for_org(slow_org.pk).filter(leased_until__isnull=False)
    assert 0 < held.count() < MAX_ENDPOINTS, "the org has a share of the threads"


def test_an_endpoint_that_answers_slowly_is_delayed_and_the_fast_ones_of_the_same_org_are_not(
    acme: Org, start_worker: StartWorker
) -> None:
    """Slowly: after 2.5 seconds, with 204. Measured at the receiver, so a busy machine only lengthens the pause."""
    began, answered = list[float](), list[float]()

    def answer_late(handler: BaseHTTPRequestHandler) -> None:
        began.append(time.monotonic())
        Event().wait(2.5)
        answered.append(time.monotonic())
        handler.send_response(204)
        handler.end_headers()

    with receiving() as late, receiving() as quick:
        late.respond = answer_late
        slow, fast = (
            create_endpoint(org_id=acme.pk, url=clean_url(receiver.url), event_types=[EVENT])
            for receiver in (late, quick)
        )
        for number in range(20):
            complete(acme, number)
        start_worker()
        assert eventually(lambda: len(quick.received) == 20, seconds=20)
        assert eventually(lambda: len(began) > 1, seconds=60)
        assert timedelta(seconds=began[1] - answered[0]) >= SHORTEST_PAUSE
    slow.refresh_from_db()
    fast.refresh_from_db()
    assert slow.slow_since is not None
    assert (fast.slow_since, fast.paused_until) == (None, None)
