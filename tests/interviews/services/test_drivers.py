"""Drivers are rows, too, so that they can be counted: always those that the transcript shows."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from interviews.lifecycle import Review
from interviews.models import Driver, InterviewRequest, Transcript
from interviews.services.drivers import replace_drivers, review_driver
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.completed import complete

SAM = Actor(ActorKind.STAFF, "sam")
ANSWERS = [
    ("pricing", "The price of Acme was too high. The discount was a bad joke."),
    ("vendor", "The import was fast. But the mobile app felt clunky."),
    ("decision", "We decided against Acme because the price was too high."),
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    return complete(interview_request, ANSWERS)


def shown(driver: Driver) -> dict[str, Any]:
    names = ("topic", "title", "direction", "quote", "turn", "start", "end", "is_reason")
    return {**{name: getattr(driver, name) for name in names}, "review": driver.review or None}


def stored() -> list[dict[str, Any]]:
    return [shown(driver) for driver in Driver.objects.order_by("start")]


def review(driver: Driver, answer: Review | None) -> None:
    review_driver(org_id=driver.org_id, driver_id=driver.pk, review=answer, actor=SAM)


def test_a_row_for_each_driver(completed: InterviewRequest) -> None:
    drivers = Transcript.objects.get().drivers
    assert len(drivers) > len(ANSWERS)
    assert stored() == drivers
    assert {*Driver.objects.values_list("org", "interview_request", "completed_at")} == {
        (completed.org_id, completed.pk, completed.completed_at)
    }


def test_an_interview_is_counted_once_for_a_topic_and_direction_by_the_reason(completed: InterviewRequest) -> None:
    against = Driver.objects.filter(topic="pricing", direction="against").order_by("start")
    assert [(driver.is_reason, driver.is_counted) for driver in against] == [
        (False, False),
        (False, False),
        (True, True),
    ]


def test_a_rejected_driver_does_not_count_and_another_one_takes_its_place(
    completed: InterviewRequest, acme_api: ApiClient
) -> None:
    first, second, reason = Driver.objects.filter(topic="pricing", direction="against").order_by("start")
    before = acme_api.get(f"/interviews/{completed.pk}")
    review(reason, Review.REJECTED)
    assert [driver.pk for driver in Driver.objects.counted().filter(topic="pricing")] == [first.pk]
    after = acme_api.get(f"/interviews/{completed.pk}")
    reviews = {each["start"]: each["review"] for each in after.json()["transcript"]["drivers"]}
    assert {start for start, value in reviews.items() if value} == {reason.start}
    assert reviews[reason.start] == "rejected"
    assert after.headers["ETag"] != before.headers["ETag"]
    change = Change.objects.get()
    assert (change.object_type, change.object_id, change.field, change.before) == ("driver", reason.pk, "review", "")
    assert change.actor == "sam"
    review(second, Review.CONFIRMED)
    assert [driver.pk for driver in Driver.objects.counted().filter(topic="pricing")] == [second.pk]
    review(reason, None)
    assert Driver.objects.get(pk=reason.pk).review == ""
    for driver in (first, second, reason):
        review(driver, Review.REJECTED)
    assert not Driver.objects.counted().filter(topic="pricing").exists()


def test_a_driver_of_another_org_is_not_found(completed: InterviewRequest, globex: Org) -> None:
    driver = Driver.objects.all()[0]
    with pytest.raises(Driver.DoesNotExist):
        review_driver(org_id=globex.pk, driver_id=driver.pk, review=Review.REJECTED, actor=SAM)


def test_reviews_stay_when_drivers_are_replaced(completed: InterviewRequest) -> None:
    confirmed, gone, *_ = Driver.objects.order_by("start")
    review(confirmed, Review.CONFIRMED)
    transcript = Transcript.objects.get()
    found = [each for each in transcript.drivers if each["start"] != gone.start]
    new = {**found[0], "start": 1, "end": 2, "topic": "trigger"}
    replace_drivers(transcript, [{**each, "review": None} for each in (new, *found)])
    assert confirmed in Driver.objects.filter(review=Review.CONFIRMED)
    assert not Driver.objects.filter(pk=gone.pk).exists()
    drivers = Transcript.objects.get().drivers
    assert [each["review"] for each in drivers][:2] == [None, "confirmed"]
    assert stored() == drivers
    assert Driver.objects.counted().filter(topic="trigger").count() == 1


def test_the_database_deletes_drivers_with_their_transcript(completed: InterviewRequest) -> None:
    """Also for a server of the release before, which does not know the table."""
    Transcript.objects.all()._raw_delete("default")
    assert not Driver.objects.exists()


def test_the_database_refuses_a_driver_without_a_transcript(completed: InterviewRequest, globex: Org) -> None:
    driver = Driver.objects.all()[0]
    for wrong in ({"org": globex}, {"review": Review.REJECTED, "is_counted": True}, {"direction": "up"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Driver.objects.filter(pk=driver.pk).update(**wrong)
