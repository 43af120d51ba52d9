"""The receiver in docs/api.md, as a process."""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from orgs.models import Org
from tests.live.samples import listening, samples_of
from tests.working import work_off
from tools.harness.processes import free_port
from webhooks.models import Delivery, Endpoint, Status
from webhooks.sending import clean_url
from webhooks.services.endpoints import DEFAULT_GRACE, create_endpoint, rotate_secret
from webhooks.services.events import send_test_event
from webhooks.signing import new_secret, signed_headers

BODY = '{"type": "webhook.test"}'


@pytest.fixture
def endpoint(acme: Org) -> Iterator[Endpoint]:
    """An endpoint at the receiver."""
    port = free_port()
    endpoint = create_endpoint(
        org_id=acme.pk, url=clean_url(f"http://127.0.0.1:{port}/hooks"), event_types=["interview.completed"]
    )
    (sample,) = (sample for sample in samples_of("docs/api.md") if sample.language == "py")
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "WEBHOOK_SECRET": endpoint.secret}
    with listening([sys.executable, "-c", sample.code], environment, port):
        yield endpoint


def status_of(endpoint: Endpoint, headers: dict[str, str], body: str = BODY) -> int:
    with requests.post(endpoint.url, body.encode(), headers=headers, timeout=5) as response:
        return response.status_code


def test_it_accepts_what_is_sent_also_while_the_secret_is_rotated(endpoint: Endpoint) -> None:
    for _ in range(2):
        delivery = send_test_event(endpoint)
        work_off("deliveries")
        delivery = Delivery.objects.get(pk=delivery.pk)
        assert (delivery.status, delivery.last_status) == (Status.DELIVERED, 204)
        rotate_secret(endpoint_id=endpoint.pk, grace=DEFAULT_GRACE)


def test_it_refuses_what_is_not_genuine(endpoint: Endpoint) -> None:
    now = datetime.now(UTC)
    old = datetime.fromtimestamp(time.time() - 600, UTC)

    def signed(secret: str, at: datetime) -> dict[str, str]:
        return signed_headers(message_id="msg_1", body=BODY, signing_secrets=[secret], now=at)

    genuine = signed(endpoint.secret, now)
    assert status_of(endpoint, genuine) == 204
    assert status_of(endpoint, genuine, BODY.replace("test", "fake")) == 401
    assert status_of(endpoint, {**genuine, "webhook-id": "msg_2"}) == 401
    assert status_of(endpoint, signed(new_secret(), now)) == 401
    assert status_of(endpoint, signed(endpoint.secret, old)) == 401
    assert status_of(endpoint, {}) == 401
