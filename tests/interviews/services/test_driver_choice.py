"""A worker replaces the drivers by those that a model reads, after the completion."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from deals.models import Deal
from interviews.models import Driver, DriverChoice, InterviewRequest, Transcript
from interviews.paige.model.readings import model_answer_readings
from interviews.services import drivers
from interviews.services.drivers import choose_drivers
from interviews.services.erasure import erase_contact
from interviews.services.withdrawal import withdraw_answer
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.fakes.provider import fake_provider, says
from tests.interviews.services.test_model import use_model
from tests.interviews.steps import complete
from tests.working import work_off

ROOT = Actor(ActorKind.STAFF, "root")
ANSWER = "For that money Acme could have sent us two analysts. The price of Acme was too high."
ENTRIES = [
    {"clause": i, "speaks": "against", "about": "vendor", "decisive": True, "topics": ["process"]} for i in range(1, 50)
]
REPLY = json.dumps({"clauses": ENTRIES, "text": "HOSTILE words"})


def test_the_contact_does_not_wait_and_a_worker_replaces_the_drivers(
    settings: Settings, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request, ANSWER)
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
    settings: Settings, acme_api: ApiClient, interview_request: InterviewRequest, text: str
) -> None:
    path = f"/interviews/{interview_request.pk}"
    with fake_provider(says(text)) as provider:
        use_model(settings, provider)
        complete(interview_request, ANSWER)
        before = acme_api.get(path)
        assert work_off("driver choices") == 1
    after = acme_api.get(path)
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_a_second_reading_that_agrees_makes_no_new_version(
    settings: Settings, interview_request: InterviewRequest
) -> None:
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request, ANSWER)
        versions = []
        for _ in range(2):
            choose_drivers(interview_request.pk)
            versions.append(InterviewRequest.objects.get().version)
    assert len(provider.requests) == 2
    assert versions[0] == versions[1]


def test_without_a_model_and_with_rules_that_choose_none_is_asked(
    settings: Settings, interview_request: InterviewRequest
) -> None:
    complete(InterviewRequestFactory.create(), ANSWER)
    assert not DriverChoice.objects.exists()
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        settings.PAIGE_CHOOSER = "rules"
        complete(interview_request, ANSWER)
        assert not DriverChoice.objects.exists()
        choose_drivers(interview_request.pk)
    assert provider.requests == []


def test_an_erasure_while_the_model_is_asked_wins(
    settings: Settings, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_meanwhile(*args: Any, **options: Any) -> Any:
        heard = model_answer_readings(*args, **options)
        erase_contact(org_id=interview_request.org_id, contact_id=interview_request.contact_id, actor=ROOT)
        return heard

    monkeypatch.setattr(drivers, "model_answer_readings", erased_meanwhile)
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request, ANSWER)
        choose_drivers(interview_request.pk)
    assert len(provider.requests) == 1
    assert not Transcript.objects.exists()


def test_a_choice_among_answers_that_were_taken_back_meanwhile_is_dropped(
    settings: Settings, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose(*args: Any, **kwargs: Any) -> Any:
        withdraw_answer(interview_request, number=1, actor=Actor(ActorKind.CONTACT, "survey link"))
        return model_answer_readings(*args, **kwargs)

    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request, ANSWER)
        monkeypatch.setattr(drivers, "model_answer_readings", choose)
        choose_drivers(interview_request.pk)
    assert Transcript.objects.get().drivers == []


def test_the_request_names_the_competitor_of_the_deal(settings: Settings, interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="D-1")
    Deal.objects.create(org=interview_request.org, deal_id="D-1", competitor="Zorblax")
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request, ANSWER)
        choose_drivers(interview_request.pk)
    assert "known: Zorblax" in provider.requests[0]["messages"][1]["content"]
