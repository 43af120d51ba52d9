"""What GET shows. tests/client.py compares each response with the OpenAPI description."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hindsight.text.timestamps import utc_text
from interviews.lifecycle import DeclineReason, Flag, Rating
from interviews.models import Conversation, InterviewRequest, InterviewType, Transcript
from interviews.paige.objective.steering import Picks
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.erasure import erase_contact
from interviews.services.picks import pick_topics
from interviews.services.transitions import complete_interview, mark_sent
from interviews.services.wishes import decline_interview, rate_interview
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient
from tests.stored_readings import store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")

FRACTIONS = (0, 1, 10, 123_450, 500_000, 999_999)
SAM = Actor(ActorKind.STAFF, "sam")


def steer(row: InterviewRequest) -> None:
    row.objective = "Focus on pricing. Do not ask about experience."
    row.deal_id = "deal_1"
    row.save()
    store_steering(row, emphasize=["pricing"], avoid=["experience"])


def pick(row: InterviewRequest) -> None:
    picks = Picks(emphasize=("vendor",), avoid=("pricing",))
    pick_topics(org_id=row.org_id, interview_request_id=row.pk, picks=picks, actor=SAM)


def break_guide(row: InterviewRequest) -> None:
    steer(row)
    InterviewType.objects.update(guide={})


def send(row: InterviewRequest) -> None:
    mark_sent(row)
    InterviewRequest.objects.update(email_sent_at=datetime(2026, 5, 1, tzinfo=UTC))  # without microseconds


def cancel(row: InterviewRequest) -> None:
    InterviewRequest.objects.update(cancelled_at=datetime(2026, 5, 1, tzinfo=UTC))


def flag(row: InterviewRequest) -> None:
    row.save_flags([Flag.WANTS_DELETION, Flag.WANTS_TO_STOP])


def decline(row: InterviewRequest) -> None:
    decline_interview(row, reason=DeclineReason.NO_TIME, comment="Not *now*")


def complete(row: InterviewRequest) -> None:
    mark_sent(row)
    steer(row)
    give_consent(row)
    next_question(row)
    submit_answer(row, number=1, text="Your price was **too high** for us. The team loved your support.")
    finish_conversation(row)
    complete_conversation(row)


def rate(row: InterviewRequest) -> None:
    complete(row)
    rate_interview(row, rating=Rating(1))


def complete_by_an_older_version(row: InterviewRequest) -> None:
    answers = [{"topic": "pricing", "title": "Price", "excerpts": ["It was slow."]}]
    complete_interview(row, content="**Paige:** Why?", key_answers=answers)


def erase(row: InterviewRequest) -> None:
    complete(row)
    erase_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM)


def titles(topics: list[dict[str, str]]) -> list[str]:
    return [topic["key"] for topic in topics]


# What a GET shows after each change, by field.
STATES: list[tuple[Callable[[InterviewRequest], None], dict[str, Any]]] = [
    (steer, {"deal_id": "deal_1", "objective": "Focus on pricing. Do not ask about experience."}),
    (break_guide, {"deal_id": "deal_1", "objective_topics": {"emphasize": [], "avoid": []}}),
    (send, {"status": "sent", "email_sent_at": "2026-05-01T00:00:00Z"}),
    (cancel, {"status": "created", "cancelled_at": "2026-05-01T00:00:00Z"}),
    (flag, {"flags": ["wants_to_stop", "wants_deletion"]}),
    (complete, {"status": "completed", "rating": None}),
    (rate, {"status": "completed", "rating": 1}),
    (erase, {"survey_url": None, "transcript": None}),
]


@pytest.mark.parametrize(("change", "expected"), STATES)
def test_a_body_shows_what_is_stored(
    acme_api: ApiClient,
    interview_request: InterviewRequest,
    change: Callable[[InterviewRequest], None],
    expected: dict[str, Any],
) -> None:
    path = f"/interviews/{interview_request.pk}"
    untouched = acme_api.get(path).json()
    assert {name: untouched[name] for name in expected} != expected
    change(interview_request)
    shown = acme_api.get(path).json()
    assert {name: shown[name] for name in expected} == expected
    [summary] = acme_api.get("/interviews").json()["data"]
    assert summary["contact"].items() <= shown["contact"].items()
    assert {**shown, "contact": summary["contact"]}.items() >= summary.items()


@pytest.mark.parametrize(
    ("change", "keys"), [(steer, (["pricing"], ["experience"])), (pick, (["vendor"], ["pricing"]))]
)
def test_topics_of_the_objective(
    acme_api: ApiClient,
    interview_request: InterviewRequest,
    change: Callable[[InterviewRequest], None],
    keys: tuple[list[str], list[str]],
) -> None:
    change(interview_request)
    topics = acme_api.get(f"/interviews/{interview_request.pk}").json()["objective_topics"]
    assert (titles(topics["emphasize"]), titles(topics["avoid"])) == keys
    assert all(topic["title"] for topic in (*topics["emphasize"], *topics["avoid"]))


def test_a_decline(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    decline(interview_request)
    shown = acme_api.get(f"/interviews/{interview_request.pk}").json()["decline"]
    declined_at = Conversation.objects.get().declined_at
    assert declined_at is not None
    assert shown == {"reason": "no_time", "comment": "Not *now*", "declined_at": utc_text(declined_at)}


@pytest.mark.usefixtures("known_readings")
def test_a_transcript(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    complete(interview_request)
    shown = acme_api.get(f"/interviews/{interview_request.pk}").json()["transcript"]
    stored = Transcript.objects.get()
    assert shown == {
        "document_id": stored.public_id,
        "content": stored.content,
        "key_answers": stored.key_answers,
        "drivers": stored.drivers,
        "coverage": stored.coverage,
        "created_at": utc_text(stored.created_at),
    }
    assert shown["drivers"]


def test_a_transcript_of_an_older_version_has_no_places(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    complete_by_an_older_version(interview_request)
    shown = acme_api.get(f"/interviews/{interview_request.pk}").json()["transcript"]
    assert shown["key_answers"] == [{"topic": "pricing", "title": "Price", "excerpts": ["It was slow."], "places": []}]
    assert (shown["drivers"], shown["coverage"]) == ([], [])


TIMES = [
    datetime(2026, 5, 1, second=second, microsecond=fraction, tzinfo=UTC) for second in (0, 9) for fraction in FRACTIONS
]


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_a_time_is_shown_as_elsewhere(acme_api: ApiClient, interview_request: InterviewRequest, time: datetime) -> None:
    """PostgreSQL leaves out zeros at the end of a fraction, as text."""
    InterviewRequest.objects.update(updated_at=time)
    [summary] = acme_api.get("/interviews").json()["data"]
    assert summary["updated_at"] == utc_text(time)
