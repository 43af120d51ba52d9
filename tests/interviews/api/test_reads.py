"""The bodies of GET equal those of the serializers that describe them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from hindsight.text.timestamps import utc_text
from interviews import services
from interviews.api import reads
from interviews.api.reads import created_body
from interviews.api.serializers import (
    CreatedInterviewRequest,
    InterviewRequestSerializer,
    InterviewRequestSummarySerializer,
    InterviewTypePage,
)
from interviews.lifecycle import DeclineReason, Flag, Rating
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide import Guide
from interviews.paige.steering import Picks, Steering
from interviews.paige.steering import steer as steer_
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient

FRACTIONS = (0, 1, 10, 123_450, 500_000, 999_999)
SAM = Actor(ActorKind.STAFF, "sam")


def steer(row: InterviewRequest) -> None:
    row.objective = "Focus on pricing. Do not bring up the trial."
    row.deal_id = "deal_1"
    row.save()


def pick(row: InterviewRequest) -> None:
    picks = Picks(emphasize=("vendor",), avoid=("pricing",))
    services.pick_topics(org_id=row.org_id, interview_request_id=row.pk, picks=picks, actor=SAM)


def break_guide(row: InterviewRequest) -> None:
    steer(row)
    InterviewType.objects.update(guide={})


def send(row: InterviewRequest) -> None:
    services.mark_sent(row)
    InterviewRequest.objects.update(email_sent_at=datetime(2026, 5, 1, tzinfo=UTC))  # without microseconds


def flag(row: InterviewRequest) -> None:
    row.save_flags([Flag.WANTS_DELETION, Flag.WANTS_TO_STOP])


def decline(row: InterviewRequest) -> None:
    services.decline_interview(row, reason=DeclineReason.NO_TIME, comment="Not *now*")


def complete(row: InterviewRequest) -> None:
    services.mark_sent(row)
    steer(row)
    services.give_consent(row)
    services.next_question(row)
    services.submit_answer(row, number=1, text="Your price was **too high** for us. The team loved your support.")
    services.finish_conversation(row)
    services.complete_conversation(row)


def rate(row: InterviewRequest) -> None:
    complete(row)
    services.rate_interview(row, rating=Rating(1))


def complete_by_an_older_version(row: InterviewRequest) -> None:
    answers = [{"topic": "pricing", "title": "Price", "excerpts": ["It was slow."]}]
    services.complete_interview(row, content="**Paige:** Why?", key_answers=answers)


def erase(row: InterviewRequest) -> None:
    complete(row)
    services.erase_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM)


STATES = [steer, pick, break_guide, send, flag, decline, complete, rate, complete_by_an_older_version, erase]


@pytest.mark.parametrize("change", STATES)
def test_a_body_equals_the_serializers(
    acme_api: ApiClient, interview_request: InterviewRequest, change: Callable[[InterviewRequest], None]
) -> None:
    untouched = acme_api.get(f"/interviews/{interview_request.pk}").json()
    change(interview_request)
    row = InterviewRequest.objects.get()
    shown = acme_api.get(f"/interviews/{row.pk}").json()
    assert shown == rendered(InterviewRequestSerializer(row).data)
    assert shown != untouched
    [summary] = acme_api.get("/interviews").json()["data"]
    assert summary == rendered(InterviewRequestSummarySerializer(row).data)


def test_objective_and_notes_are_read_once_for_each_version(
    acme_api: ApiClient, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []

    def counting(guide: Guide, objective: str, *others: Any) -> Steering:
        texts.append(objective)
        return steer_(guide, objective, *others)

    monkeypatch.setattr(reads, "steer", counting)
    monkeypatch.setattr(reads._steered, "max_keys", 1)
    path = f"/interviews/{interview_request.pk}"
    for objective in ("Focus on pricing", "Focus on the trial"):
        acme_api.patch(path, {"objective": objective})
        first, second = (acme_api.get(path).json()["objective_topics"] for _ in range(2))
        assert first == second != {"emphasize": [], "avoid": []}
    assert texts == ["Focus on pricing", "Focus on the trial"]


def test_a_created_body_equals_the_serializers(interview_request: InterviewRequest) -> None:
    for deal_id in ("", "deal_1"):
        interview_request.deal_id = deal_id
        assert created_body(interview_request) == rendered(CreatedInterviewRequest(interview_request).data)


def test_a_list_of_interview_types_equals_the_serializers(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    page = {"next_cursor": None, "data": [interview_request.interview_type]}
    assert acme_api.get("/interview-types").json() == rendered(InterviewTypePage(page).data)


TIMES = [
    datetime(2026, 5, 1, second=second, microsecond=fraction, tzinfo=UTC) for second in (0, 9) for fraction in FRACTIONS
]


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_a_time_is_shown_as_elsewhere(acme_api: ApiClient, interview_request: InterviewRequest, time: datetime) -> None:
    """PostgreSQL leaves out zeros at the end of a fraction, as text."""
    InterviewRequest.objects.update(updated_at=time)
    [summary] = acme_api.get("/interviews").json()["data"]
    assert summary["updated_at"] == utc_text(time)


def rendered(data: object) -> object:
    return json.loads(JSONRenderer().render(data))
