"""The steps of an interview: what they return and what they store."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from interviews.lifecycle import Stage, Status
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.services import state as state_module
from interviews.services.conversation_steps import give_consent, next_question, submit_answer
from interviews.services.transitions import complete_interview
from tests.interviews.steps import after, take_before

pytestmark = pytest.mark.usefixtures("plain_objectives")

LONG = (
    "In March the board stopped a release because nobody trusted the weekly numbers any more, so we looked for "
    "something that holds."
)


def test_consent_stores_its_time_and_the_guide(interview_request: InterviewRequest) -> None:
    assert after(give_consent, interview_request).stage == Stage.CONSENTED
    conversation = Conversation.objects.get()
    assert conversation.consented_at is not None
    assert abs(conversation.consented_at - timezone.now()) < timedelta(minutes=1)
    expected = interview_request.org_id, interview_request.interview_type.guide
    assert (conversation.org_id, conversation.guide) == expected


@pytest.mark.parametrize(("is_waiting", "statements"), [(True, 2), (False, 9)])
def test_the_row_is_read_once_and_the_guide_parsed_once(
    running: InterviewRequest,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
    is_waiting: bool,
    statements: int,
) -> None:
    """9: interview request, turns, lease; savepoint, lock, check for another question, insert, update, release."""
    if not is_waiting:
        submit_answer(running, number=1, text=LONG)
    parsed: list[bool] = []
    take_before(lambda: parsed.append(True), monkeypatch, state_module, "opening_brief")
    with django_assert_num_queries(statements):
        next_question(running)
    assert len(parsed) == 1


@pytest.mark.parametrize("number", [-1, 0, 2, 3, 99, 2**40, 2**80])
def test_an_answer_to_an_unknown_question_is_not_stored(running: InterviewRequest, number: int) -> None:
    assert not submit_answer(running, number=number, text=LONG)
    assert Turn.objects.count() == 1


def test_an_answer_before_consent_is_not_stored(interview_request: InterviewRequest) -> None:
    assert not submit_answer(interview_request, number=1, text=LONG)
    assert not Turn.objects.exists()


def test_a_status_cannot_go_back(interview_request: InterviewRequest) -> None:
    complete_interview(interview_request, content="**Paige:** Why?")
    with pytest.raises(ValueError, match="cannot go from completed"):
        interview_request.transition_to(Status.SENT, email_sent_at=timezone.now())
    with pytest.raises(ValueError, match="cannot go from completed"):
        complete_interview(interview_request, content="Again")
    interview_request.refresh_from_db()
    assert (interview_request.status, interview_request.email_sent_at) == (Status.COMPLETED, None)
    assert Transcript.objects.get().content == "**Paige:** Why?"
