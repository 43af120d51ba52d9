"""The webhooks in the OpenAPI description are what is sent."""

import json

import pytest
from jsonschema import Draft202012Validator

from hindsight.api.schema import description
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from tests.webhooks.conftest import work
from tools.harness.receiver import Receiver
from webhooks.models import Endpoint
from webhooks.models.event import EVENT_TYPES, TEST_EVENT
from webhooks.services.events import send_test_event

pytestmark = pytest.mark.django_db


def test_every_event_is_described() -> None:
    assert set(description()["webhooks"]) == {*EVENT_TYPES, TEST_EVENT}


def test_what_is_sent_matches_the_description(
    endpoint: Endpoint, receiver: Receiver, interview_request: InterviewRequest
) -> None:
    give_consent(interview_request)
    send_test_event(endpoint)
    work()
    assert len(receiver.received) == 2
    for received in receiver.received:
        body = json.loads(received.body)
        operation = description()["webhooks"][body["type"]]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        Draft202012Validator(content["schema"]).validate(body)
        Draft202012Validator(content["schema"]).validate(content["examples"]["Event"]["value"])
        assert {parameter["name"] for parameter in operation["parameters"]} <= set(received.headers)
