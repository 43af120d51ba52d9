"""One interview in twelve concurrent tabs, each with its own database connection: every step happens once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from interviews.lifecycle import Speaker, Stage
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.paige.turn.compose import Message, next_message
from interviews.services import conversation_steps
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.state import interview_state
from interviews.services.wishes import decline_interview
from tests.interviews.steps import after
from tests.live.client import at_once
from tools.harness.orm import orm_at

TABS = 12

InTabs = Callable[[Callable[[int], Any]], list[Any]]


@pytest.fixture
def in_tabs(database_url: str) -> InTabs:
    """Calls a step with the number of each tab, concurrently. Returns the results."""

    def in_tab(step: Callable[[int], object], number: int) -> object:
        with orm_at(database_url):
            return step(number)

    return lambda step: at_once([partial(in_tab, step, number) for number in range(TABS)], threads=TABS)


def test_twelve_consents_create_one_conversation(interview_request: InterviewRequest, in_tabs: InTabs) -> None:
    in_tabs(lambda _: after(give_consent, interview_request))
    assert Conversation.objects.filter(pk=interview_request.pk).count() == 1


def test_of_twelve_reloads_one_computes_the_question(
    interview_request: InterviewRequest, in_tabs: InTabs, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_consent(interview_request)
    computed = []

    def counted(*arguments: Any) -> Message | None:
        computed.append(arguments)
        return next_message(*arguments)

    monkeypatch.setattr(conversation_steps, "next_message", counted)
    states = in_tabs(lambda _: next_question(interview_request))
    expected = interview_state(interview_request)
    assert len(computed) == interview_request.turns.count() == 1
    assert expected in states
    assert all(state == expected or state.is_thinking for state in states)
    assert in_tabs(lambda _: next_question(interview_request)) == [expected] * TABS


def test_one_of_twelve_answers_is_stored_and_only_its_call_returns_true(
    running: InterviewRequest, in_tabs: InTabs
) -> None:
    stored = in_tabs(lambda tab: submit_answer(running, number=1, text=f"From tab {tab}."))
    answer = Turn.objects.get(interview_request=running, speaker=Speaker.CONTACT)
    assert [f"From tab {tab}." for tab, is_stored in enumerate(stored) if is_stored] == [answer.text]


def test_one_answer_submitted_twelve_times_is_stored_once(running: InterviewRequest, in_tabs: InTabs) -> None:
    assert in_tabs(lambda _: submit_answer(running, number=1, text="It was slow.")) == [True] * TABS
    assert running.turns.count() == 2


def test_twelve_completions_create_one_transcript(running: InterviewRequest, in_tabs: InTabs) -> None:
    submit_answer(running, number=1, text="It was slow.")
    finish_conversation(running)
    states = in_tabs(lambda _: after(complete_conversation, running).stage)
    assert states == [Stage.COMPLETED] * TABS
    assert Transcript.objects.filter(interview_request=running).count() == 1


def test_consents_and_declines_at_the_same_time_end_declined(
    interview_request: InterviewRequest, in_tabs: InTabs
) -> None:
    in_tabs(lambda tab: (give_consent if tab % 2 else decline_interview)(interview_request))
    interview_request.refresh_from_db()
    conversation = Conversation.objects.get(pk=interview_request.pk)
    assert (conversation.stage, interview_request.flags) == (Stage.DECLINED, "declined")
    assert next_question(interview_request).stage == Stage.DECLINED
    assert not interview_request.turns.exists()
