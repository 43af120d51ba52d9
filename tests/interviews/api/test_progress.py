"""`progress`: where the interview itself is, in GET, in lists and in events."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Contact
from hindsight.text.timestamps import utc_text
from interviews.export import export_interview_requests
from interviews.lifecycle import ABANDONED_AFTER, Progress
from interviews.models import Conversation, InterviewRequest
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    resume_conversation,
    submit_answer,
)
from interviews.services.conversations import mark_abandoned
from interviews.services.retention import delete_old_answers
from interviews.services.wishes import decline_interview, withdraw_decline
from orgs.models import Org
from tests.client import ApiClient
from tests.commands.running import run
from tests.interviews.steps import SAM, another, erase, fresh, subscribe
from webhooks.models import Delivery, Event, Status
from webhooks.models.event import EVENT_TYPES

Told = tuple[str, str, str | None]
Step = Callable[[InterviewRequest], object]


def fall_silent(row: InterviewRequest, silence: timedelta = ABANDONED_AFTER + timedelta(minutes=1)) -> None:
    Conversation.objects.filter(pk=row.pk).update(last_activity_at=timezone.now() - silence)


def abandon(row: InterviewRequest) -> None:
    fall_silent(row)
    assert mark_abandoned().total() == 1


def answer(row: InterviewRequest) -> None:
    submit_answer(row, number=1, text="It was slow.")


def complete(row: InterviewRequest) -> None:
    finish_conversation(row)
    complete_conversation(row)


BEGIN: tuple[Step, ...] = (give_consent, next_question)
STEPS: dict[str, tuple[tuple[Step, ...], Progress]] = {
    "nothing": ((), Progress.NOT_STARTED),
    "consent": ((give_consent,), Progress.STARTED),
    "answer": ((*BEGIN, answer), Progress.STARTED),
    "silence": ((*BEGIN, abandon), Progress.ABANDONED),
    "answer after silence": ((*BEGIN, abandon, answer), Progress.STARTED),
    "finish after silence": ((*BEGIN, abandon, finish_conversation), Progress.STARTED),
    "resume after silence": ((*BEGIN, finish_conversation, abandon, resume_conversation), Progress.STARTED),
    "silence again": ((*BEGIN, abandon, answer, abandon), Progress.ABANDONED),
    "completion": ((*BEGIN, answer, complete), Progress.COMPLETED),
    "completion after silence": ((*BEGIN, finish_conversation, abandon, complete_conversation), Progress.COMPLETED),
    "decline": ((decline_interview,), Progress.DECLINED),
    "decline after consent": ((*BEGIN, decline_interview), Progress.DECLINED),
    "withdrawn decline after consent": ((*BEGIN, decline_interview, withdraw_decline), Progress.NOT_STARTED),
}


def shown(api: ApiClient, row: InterviewRequest) -> dict[str, Any]:
    body: dict[str, Any] = api.get(f"/interviews/{row.pk}").json()
    return body


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.slow
def test_get_list_and_filter_show_the_progress_and_a_change_moves_updated_at_and_etag(
    acme_api: ApiClient, interview_request: InterviewRequest, name: str
) -> None:
    path, (steps, progress) = f"/interviews/{interview_request.pk}", STEPS[name]
    earlier = acme_api.get(path)
    for step in steps:
        earlier = acme_api.get(path)
        step(fresh(interview_request))
    later = acme_api.get(path)
    got = later.json()
    assert got["progress"] == progress
    conversation = Conversation.objects.first()
    times = (conversation and conversation.consented_at, conversation and conversation.last_activity_at)
    assert (got["started_at"], got["last_activity_at"]) == tuple(time and utc_text(time) for time in times)
    for value in Progress:
        listed = acme_api.get(f"/interviews?progress={value}").json()["data"]
        assert [row["interview_request_id"] for row in listed] == [interview_request.pk] * (value == progress)
        for row in listed:
            assert {**got, "contact": row["contact"]}.items() >= row.items()
    assert mark_abandoned().total() == 0, "each step has written it"
    if name in ("nothing", "answer"):
        assert earlier.json()["progress"] == progress
    else:
        assert earlier.json()["progress"] != progress
        changed = acme_api.get(f"/interviews?updated_after={earlier.json()['updated_at']}").json()["data"]
        assert [row["updated_at"] for row in changed] == [got["updated_at"]]
        assert later.headers["ETag"] != earlier.headers["ETag"]
        assert acme_api.patch(path, {"objective": "x"}, If_Match=earlier.headers["ETag"]).status_code == 412


def test_an_answer_is_seen_by_a_conditional_get_and_makes_no_patch_fail(
    acme_api: ApiClient, running: InterviewRequest
) -> None:
    """It moves `last_activity_at` and the ETag, but no version."""
    path = f"/interviews/{running.pk}"
    earlier = acme_api.get(path)
    etag = earlier.headers["ETag"]
    assert acme_api.get(path, If_None_Match=etag).status_code == 304
    answer(running)
    later = acme_api.get(path, If_None_Match=etag)
    times = [datetime.fromisoformat(got.json()["last_activity_at"]) for got in (earlier, later)]
    assert times[0] < times[1]
    assert later.json()["updated_at"] == earlier.json()["updated_at"]
    patched = acme_api.patch(path, {"contact_context": "New"}, If_Match=etag)
    assert patched.status_code == 200
    assert patched.headers["ETag"] == acme_api.get(path).headers["ETag"] != etag
    assert Contact.objects.get().notes == "New"


@pytest.fixture
def events(interview_request: InterviewRequest) -> Callable[[], list[Told]]:
    """Returns a function that lists the types of the events, with the status and the progress in their data."""
    subscribe(interview_request.org, *EVENT_TYPES)

    def listed() -> list[Told]:
        bodies = [json.loads(event.body) for event in Event.objects.order_by("pk")]
        return [(body["type"], body["data"]["status"], body["data"].get("progress")) for body in bodies]

    return listed


EVENTS: dict[str, list[Told]] = {
    "consent": [("interview.started", "created", "started")],
    "answer": [("interview.started", "created", "started")],
    "silence again": [
        ("interview.started", "created", "started"),
        ("interview.abandoned", "created", "abandoned"),
        ("interview.started", "created", "started"),
        ("interview.abandoned", "created", "abandoned"),
    ],
    "completion": [("interview.started", "created", "started"), ("interview.completed", "completed", None)],
    "decline": [("interview.flagged", "created", None)],
    "withdrawn decline after consent": [
        ("interview.started", "created", "started"),
        ("interview.flagged", "created", None),
        ("interview.flagged", "created", None),
    ],
}


@pytest.mark.parametrize("name", EVENTS)
def test_events_of_a_changed_progress(
    interview_request: InterviewRequest, events: Callable[[], list[Told]], name: str
) -> None:
    for step in STEPS[name][0]:
        step(fresh(interview_request))
        Delivery.objects.update(status=Status.DELIVERED, last_attempt_at=timezone.now() - timedelta(hours=1))
    assert events() == EVENTS[name]


def test_an_interview_that_an_old_server_has_completed_is_completed_at_once(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    """During a rolling upgrade, servers of the release before do not write the column."""
    for step in (*BEGIN, answer, complete):
        step(fresh(interview_request))
    for stored in (Progress.NOT_STARTED, Progress.STARTED):
        InterviewRequest.objects.update(progress=stored)
        assert shown(acme_api, interview_request)["progress"] == "completed"
        for value in Progress:
            listed = acme_api.get(f"/interviews?progress={value}").json()["data"]
            assert [row["progress"] for row in listed] == ["completed"] * (value == Progress.COMPLETED)
        [exported] = export_interview_requests(InterviewRequest.objects.all())
        assert exported["progress"] == "completed"


def test_purge_marks_what_is_silent_for_long_enough(
    interview_request: InterviewRequest, events: Callable[[], list[Told]]
) -> None:
    give_consent(interview_request)
    for silence, marked in ((timedelta(minutes=-1), 0), (timedelta(minutes=1), 1)):
        fall_silent(interview_request, ABANDONED_AFTER + silence)
        assert f"abandoned interviews\tacme\t{marked}" in run("purge", "--dry-run").splitlines() or not marked
        assert fresh(interview_request).progress == Progress.STARTED
        run("purge")
        assert (fresh(interview_request).progress == Progress.ABANDONED) == bool(marked)
    version = fresh(interview_request).version
    run("purge")
    assert fresh(interview_request).version == version
    assert [event[0] for event in events()] == ["interview.started", "interview.abandoned"]


def test_deleted_answers_were_abandoned(
    acme_api: ApiClient, interview_request: InterviewRequest, events: Callable[[], list[Told]]
) -> None:
    """The conversation is deleted before it counts as abandoned. It can begin again."""
    give_consent(interview_request)
    Org.objects.update(transcript_days=1)
    fall_silent(interview_request, timedelta(days=2))
    assert delete_old_answers(actor=SAM) == {"acme": 1}
    got = shown(acme_api, interview_request)
    assert (got["progress"], got["started_at"], got["last_activity_at"]) == ("abandoned", None, None)
    give_consent(fresh(interview_request))
    assert shown(acme_api, interview_request)["progress"] == "started"
    assert [event[0] for event in events()] == ["interview.started", "interview.abandoned", "interview.started"]


def test_an_erased_contact_is_not_expected_back(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    done = another(interview_request)
    for row in (interview_request, done):
        give_consent(row)
    complete(done)
    erase(done)
    for row, progress in ((interview_request, "abandoned"), (done, "completed")):
        got = shown(acme_api, row)
        assert (got["progress"], got["started_at"], got["last_activity_at"]) == (progress, None, None)
