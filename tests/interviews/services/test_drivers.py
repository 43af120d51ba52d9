"""Drivers are rows, too, so that they can be counted: always those that the transcript shows.

If a model chooses, a worker replaces them after the completion.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from deals.models import Deal
from interviews.lifecycle import Review
from interviews.models import Driver, DriverChoice, InterviewRequest, Transcript
from interviews.paige.model.readings import model_answer_readings
from interviews.services import drivers as drivers_module
from interviews.services.drivers import choose_drivers, replace_drivers, review_driver
from interviews.services.withdrawal import withdraw_answer
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.fakes.provider import Server, fake_provider, says
from tests.interviews import steps
from tests.interviews.steps import SAM, erase, review, take_before, use_model
from tests.working import work_off

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


ANSWER = "For that money Acme could have sent us two analysts. The price of Acme was too high."
ENTRIES = [
    {"clause": i, "speaks": "against", "about": "vendor", "decisive": True, "topics": ["process"]} for i in range(1, 50)
]
REPLY = json.dumps({"clauses": ENTRIES, "text": "HOSTILE words"})


@pytest.fixture
def provider(settings: Settings) -> Iterator[Server]:
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        yield provider


def test_the_contact_does_not_wait_and_a_worker_replaces_the_drivers(
    provider: Server, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    steps.complete(interview_request, ANSWER)
    assert provider.requests == []
    before = acme_api.get(path)
    assert work_off("driver choices") == 1
    assert not DriverChoice.objects.exists()
    after = acme_api.get(path)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.json()["updated_at"] > before.json()["updated_at"]
    transcript = after.json()["transcript"]
    shown = {(each["topic"], each["direction"], each["is_reason"]) for each in transcript["drivers"]}
    assert shown == {("process", "against", True)}
    assert all(each["quote"] in ANSWER for each in transcript["drivers"])
    assert [row.start for row in Driver.objects.order_by("start")] == [each["start"] for each in transcript["drivers"]]
    assert "HOSTILE" not in after.content.decode()
    assert {**transcript, "drivers": []} == {**before.json()["transcript"], "drivers": []}


@pytest.mark.parametrize("text", ["Prose.", '{"clauses": []}', REPLY[:-5], REPLY.replace('"against"', '"worst"')])
def test_a_reply_that_is_not_valid_changes_nothing(
    provider: Server, acme_api: ApiClient, interview_request: InterviewRequest, text: str
) -> None:
    path = f"/interviews/{interview_request.pk}"
    provider.acts = [says(text)]
    steps.complete(interview_request, ANSWER)
    before = acme_api.get(path)
    assert work_off("driver choices") == 1
    after = acme_api.get(path)
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_a_second_reading_that_agrees_makes_no_new_version(
    provider: Server, interview_request: InterviewRequest
) -> None:
    steps.complete(interview_request, ANSWER)
    versions = []
    for _ in range(2):
        choose_drivers(interview_request.pk)
        versions.append(InterviewRequest.objects.get().version)
    assert len(provider.requests) == 2
    assert versions[0] == versions[1]


def test_without_a_model_and_with_rules_that_choose_none_is_asked(
    settings: Settings, provider: Server, interview_request: InterviewRequest
) -> None:
    settings.PAIGE_CHOOSER = "rules"
    steps.complete(interview_request, ANSWER)
    assert not DriverChoice.objects.exists()
    choose_drivers(interview_request.pk)
    assert provider.requests == []
    settings.PAIGE_CHOOSER, settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = "model", "", "", ""
    steps.complete(InterviewRequestFactory.create(), ANSWER)
    assert not DriverChoice.objects.exists()


def test_an_erasure_while_the_model_is_asked_wins(
    provider: Server, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_meanwhile(*args: Any, **options: Any) -> Any:
        heard = model_answer_readings(*args, **options)
        erase(interview_request)
        return heard

    monkeypatch.setattr(drivers_module, "model_answer_readings", erased_meanwhile)
    steps.complete(interview_request, ANSWER)
    choose_drivers(interview_request.pk)
    assert len(provider.requests) == 1
    assert not Transcript.objects.exists()


def test_a_choice_among_answers_that_were_taken_back_meanwhile_is_dropped(
    provider: Server, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdraw() -> None:
        withdraw_answer(interview_request, number=1, actor=Actor(ActorKind.CONTACT, "survey link"))

    steps.complete(interview_request, ANSWER)
    take_before(withdraw, monkeypatch, drivers_module, "model_answer_readings")
    choose_drivers(interview_request.pk)
    assert Transcript.objects.get().drivers == []


def test_the_request_names_the_competitor_of_the_deal(provider: Server, interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="D-1")
    Deal.objects.create(org=interview_request.org, deal_id="D-1", competitor="Zorblax")
    steps.complete(interview_request, ANSWER)
    choose_drivers(interview_request.pk)
    assert "known: Zorblax" in provider.requests[0]["messages"][1]["content"]
