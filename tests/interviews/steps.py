"""What contacts and staff do."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from interviews.lifecycle import Engine, Move, Review, Speaker
from interviews.models import Driver, InterviewRequest, InterviewType, Turn
from interviews.paige.objective import CorrectedSubjects, Picks
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.drivers import review_driver
from interviews.services.erasure import erase_contact
from interviews.services.interview_types import edit_guide
from interviews.services.marks import SENT, mark_one
from interviews.services.state import InterviewState, interview_state
from interviews.services.steering_by_staff import correct_subjects, pick_topics
from interviews.services.update import update_interview_request
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.factories import InterviewRequestFactory
from tests.fakes.provider import Server
from webhooks.models import Endpoint

SAM = Actor(ActorKind.STAFF, "sam")


def after(step: Callable[..., object], interview_request: InterviewRequest, **values: Any) -> InterviewState:
    """Takes the step and returns the state read afterwards."""
    step(interview_request, **values)
    return interview_state(interview_request)


def take_before(step: Callable[[], object], monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Takes the step before each call of the function."""
    function = getattr(module, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        step()
        return function(*args, **kwargs)

    monkeypatch.setattr(module, name, call)


def converse(interview_request: InterviewRequest, *answers: str) -> InterviewRequest:
    """Consents, and answers the first questions. The question after the last answer is not put yet."""
    give_consent(interview_request)
    for text in answers:
        question = next_question(interview_request).question
        assert question
        assert submit_answer(interview_request, number=question.number, text=text)
    return interview_request


def complete(interview_request: InterviewRequest, *answers: str) -> InterviewRequest:
    converse(interview_request, *answers)
    finish_conversation(interview_request)
    complete_conversation(interview_request)
    return interview_request


def another(row: InterviewRequest, **fields: Any) -> InterviewRequest:
    """Creates another interview request of the same contact and interview type."""
    same = {"org": row.org, "contact": row.contact, "interview_type": row.interview_type}
    created: InterviewRequest = InterviewRequestFactory.create(**same, **fields)
    return created


def subscribe(org: Org, *event_types: str) -> None:
    Endpoint.objects.create(org=org, url="https://crm.example.com/", event_types=list(event_types))


def mark_sent(row: InterviewRequest) -> None:
    mark_one(SENT, org_id=row.org_id, interview_request_id=row.pk, actor=SAM)


def fresh(row: InterviewRequest) -> InterviewRequest:
    """As it is stored."""
    return InterviewRequest.objects.with_versions().select_related("org").get(pk=row.pk)


def store_question(row: InterviewRequest, number: int, **fields: Any) -> Turn:
    fields = {"move": Move.QUESTION, "topic": "trigger", "engine": Engine.RULES, "guide_version": 1, **fields}
    turn: Turn = Turn.objects.create(
        org_id=row.org_id, interview_request=row, number=number, speaker=Speaker.PAIGE, text="What happened?", **fields
    )
    return turn


def write(row: InterviewRequest, **texts: Any) -> Any:
    return update_interview_request(org_id=row.org_id, interview_request_id=row.pk, actor=SAM, **texts)


def pick(row: InterviewRequest, picks: Picks | None) -> None:
    pick_topics(org_id=row.org_id, interview_request_id=row.pk, picks=picks, actor=SAM)


def correct(row: InterviewRequest, subjects: CorrectedSubjects | None) -> None:
    correct_subjects(org_id=row.org_id, interview_request_id=row.pk, subjects=subjects, actor=SAM)


def erase(row: InterviewRequest) -> None:
    erase_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM)


def edit(interview_type: InterviewType, **changes: Any) -> None:
    """Changes fields of the guide."""
    guide = {**interview_type.guide, **changes}
    edit_guide(org_id=interview_type.org_id, interview_type_id=interview_type.pk, guide=guide, actor=SAM)


def review(driver: Driver, answer: Review | None) -> None:
    review_driver(org_id=driver.org_id, driver_id=driver.pk, review=answer, actor=SAM)


def use_model(settings: Settings, provider: Server) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = provider.url, "fake", "key"
