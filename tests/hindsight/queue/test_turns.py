"""An org whose rows wait in the queue delays another org by one row, whatever the kind and however many rows wait."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from contacts.text import clean_email
from hindsight.queue.kinds import KINDS
from hindsight.queue.shares import Turns
from interviews.models import DriverChoice, ScriptedInterview, UnreadObjective
from interviews.services.create import create_interview_request
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from sequences.models import Mail
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory, SequenceFactory
from tests.working import leased
from webhooks.models import Delivery, Endpoint, Event

pytestmark = pytest.mark.django_db


def of_interviews(model: Any, **values: Any) -> Callable[[Org, int], None]:
    def create(org: Org, count: int) -> None:
        parts = {"contact": ContactFactory.create(org=org), "interview_type": InterviewTypeFactory.create(org=org)}
        requests = InterviewRequestFactory.create_batch(count, org=org, **parts)
        model.objects.bulk_create(model(org=org, interview_request=each, **values) for each in requests)

    return create


def deliveries(org: Org, count: int) -> None:
    endpoint = Endpoint.objects.create(org=org, url="https://example.com/hooks", event_types=["interview.completed"])
    event = Event.objects.create(org=org, type="interview.completed", body="{}", created_at=timezone.now())
    Delivery.objects.bulk_create(Delivery(org=org, endpoint=endpoint, event=event) for _ in range(count))


def mails(org: Org, count: int) -> None:
    sequence = SequenceFactory.create(org=org)
    for number in range(count):
        create_interview_request(
            interview_type=sequence.interview_type,
            sequence=sequence,
            actor=Actor(ActorKind.STAFF, "sam"),
            contact_email=clean_email(f"user{number}@example.com"),
        )
    Mail.objects.update(due_at=timezone.now())


ROWS = {
    "deliveries": deliveries,
    "mails": mails,
    "driver choices": of_interviews(DriverChoice),
    "scripted interviews": of_interviews(ScriptedInterview),
    "objectives to read": of_interviews(UnreadObjective),
    "objectives for the model": of_interviews(UnreadObjective, for_model=True),
}


def rows_before(org: Org, kind: str) -> int:
    """How many rows a worker with one free thread finishes before it gets one of the org."""
    turns = Turns()
    for count in range(1_000):
        [row] = leased(kind, free=1, turns=turns)
        if row.org_id == org.pk:
            return count
        row.delete()
    raise AssertionError("the org was not served")


def test_the_kinds_are_all_kinds() -> None:
    assert ROWS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", ROWS)
def test_rows_that_wait_delay_another_org_by_one_row(acme: Org, globex: Org, kind: str, settings: Settings) -> None:
    settings.EMAIL_URL = {}  # without a mail server, no mail is due
    ROWS[kind](acme, 20)
    ROWS[kind](globex, 1)
    assert rows_before(globex, kind) == 1


def test_an_org_that_is_served_often_waits_for_one_that_was_not(acme: Org, globex: Org) -> None:
    """Also if the rows of the first one are older each time."""
    kind, turns, served = "scripted interviews", Turns(), []
    ROWS[kind](acme, 4)
    ROWS[kind](globex, 4)
    for _ in range(6):
        [row] = leased(kind, free=1, turns=turns)
        served.append(row.org_id)
        row.delete()
    assert served == [acme.pk, globex.pk] * 3
