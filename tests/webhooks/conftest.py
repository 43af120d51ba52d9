"""A receiver, and an endpoint of Acme at its URL."""

from collections.abc import Iterator

import pytest

from orgs.models import Org
from tests.working import work_off
from tools.harness.receiver import Receiver, receiving
from webhooks.models import Delivery, Endpoint
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint
from webhooks.services.events import record_event


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def endpoint(acme: Org, receiver: Receiver) -> Endpoint:
    return create_endpoint(org_id=acme.pk, url=clean_url(receiver.url), event_types=[*EVENT_TYPES])


def complete(org: Org, interview_request_id: int = 1) -> Delivery:
    """Records an event, and returns the newest delivery."""
    data = {"deal_id": None, "status": "completed"}
    record_event(org_id=org.pk, event_type="interview.completed", interview_request_id=interview_request_id, data=data)
    return Delivery.objects.latest("pk")


def attempt(org: Org, interview_request_id: int = 1) -> Delivery:
    """Records an event and sends what is due."""
    delivery = complete(org, interview_request_id)
    work()
    delivery.refresh_from_db()
    return delivery


def work() -> int:
    """Sends what is due. Returns the number of attempts."""
    return work_off("deliveries")
