"""A worker adds the drivers that a model chooses, after the completion."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from interviews.models import DriverChoice, InterviewRequest, Transcript
from interviews.paige.findings.driver_choice import chosen_directions
from interviews.services import driver_choice
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.driver_choice import choose_drivers
from interviews.services.erasure import erase_contact
from interviews.services.withdrawal import withdraw_answer
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient
from tests.fakes.provider import fake_provider, says
from tests.interviews.services.test_model import use_model
from tests.working import work_off

ROOT = Actor(ActorKind.STAFF, "root")
FACT = "For that money Acme could have sent us two analysts."
REPLY = json.dumps({"for": [], "against": [1], "neutral": []}) + " HOSTILE words"


def complete(interview_request: InterviewRequest) -> None:
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text=f"{FACT} The price of Acme was too high.")
    finish_conversation(interview_request)
    complete_conversation(interview_request)


def test_the_contact_does_not_wait_and_a_worker_adds_drivers(
    settings: Settings, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request)
        assert provider.requests == []
        before = acme_api.get(path)
        assert [driver["quote"] for driver in before.json()["transcript"]["drivers"]] == [
            "The price of Acme was too high."
        ]
        assert work_off("driver choices") == 1
        assert not DriverChoice.objects.exists()
    after = acme_api.get(path)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.json()["updated_at"] > before.json()["updated_at"]
    transcript = after.json()["transcript"]
    assert [(driver["quote"], driver["direction"]) for driver in transcript["drivers"]] == [
        (FACT, "against"),
        ("The price of Acme was too high.", "against"),
    ]
    assert "HOSTILE" not in after.content.decode()
    assert {**transcript, "drivers": []} == {**before.json()["transcript"], "drivers": []}


def test_nothing_is_queued_without_a_model(interview_request: InterviewRequest) -> None:
    complete(interview_request)
    assert not DriverChoice.objects.exists()


def test_a_choice_after_an_erasure_stores_nothing(settings: Settings, interview_request: InterviewRequest) -> None:
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request)
        erase_contact(org_id=interview_request.org_id, contact_id=interview_request.contact_id, actor=ROOT)
        version = InterviewRequest.objects.get().version
        choose_drivers(interview_request.pk)
    assert provider.requests == []
    assert not Transcript.objects.exists()
    assert InterviewRequest.objects.get().version == version


def test_an_erasure_while_the_model_is_asked_wins(
    settings: Settings, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_meanwhile(*args: Any, **options: Any) -> Any:
        chosen = chosen_directions(*args, **options)
        erase_contact(org_id=interview_request.org_id, contact_id=interview_request.contact_id, actor=ROOT)
        return chosen

    monkeypatch.setattr(driver_choice, "chosen_directions", erased_meanwhile)
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request)
        choose_drivers(interview_request.pk)
    assert len(provider.requests) == 1
    assert not Transcript.objects.exists()


def test_a_choice_among_answers_that_were_taken_back_meanwhile_is_dropped(
    settings: Settings, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose(*args: Any, **kwargs: Any) -> Any:
        withdraw_answer(interview_request, number=1, actor=Actor(ActorKind.CONTACT, "survey link"))
        return chosen_directions(*args, **kwargs)

    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        complete(interview_request)
        monkeypatch.setattr(driver_choice, "chosen_directions", choose)
        choose_drivers(interview_request.pk)
    assert Transcript.objects.get().drivers == []
