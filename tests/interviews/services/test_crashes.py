"""Killed workers and concurrent tabs lose and duplicate nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from interviews.lifecycle import Engine, Speaker
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.moves import NextMove
from interviews.services import conversation_steps
from interviews.services.conversation_steps import (
    complete_conversation,
    correct_answers,
    finish_conversation,
    give_consent,
    next_question,
    resume_conversation,
    skip_question,
    submit_answer,
)
from interviews.services.state import InterviewState, StoredInterview
from tests.factories import InterviewRequestFactory

pytestmark = pytest.mark.django_db(transaction=True)

Step = Callable[[InterviewRequest], object]


class Killed(BaseException):
    """A BaseException, so that `except Exception` does not catch it."""


STEPS: dict[str, Step] = {
    "consent": give_consent,
    "first question": next_question,
    "answer": lambda interview_request: submit_answer(interview_request, number=1, text="It was slow."),
    "second question": next_question,
    "skip": lambda interview_request: skip_question(interview_request, number=3),
    "third question": next_question,
    "finish": finish_conversation,
    "resume": resume_conversation,
    "finish again": finish_conversation,
    "correction": lambda interview_request: correct_answers(interview_request, corrections={1: "Slow.", 3: "Late."}),
    "completion": complete_conversation,
}


@contextmanager
def killed_at(statement: int) -> Iterator[list[bool]]:
    """Kills the worker at its n-th statement, and lets its lease expire. The list stays empty if there are fewer."""
    killed: list[bool] = []
    numbers = count(1)

    def execute(run: Callable[..., Any], *arguments: Any) -> Any:
        if next(numbers) == statement:
            killed.append(True)
            raise Killed
        return run(*arguments)

    with connection.execute_wrapper(execute), suppress(Killed):
        yield killed
    expire_leases()


def expire_leases() -> None:
    Conversation.objects.exclude(leased_until=None).update(leased_until=timezone.now())


def stored(interview_request: InterviewRequest) -> object:
    """The stored rows of an interview, without times and ids."""
    row = InterviewRequest.objects.select_related("conversation", "transcript").get(pk=interview_request.pk)
    conversation, transcript = getattr(row, "conversation", None), getattr(row, "transcript", None)
    turns = [(turn.number, turn.move, turn.text) for turn in row.turns.all()]
    stage = conversation and conversation.stage
    return turns, row.status, stage, transcript and (transcript.content, transcript.key_answers)


@pytest.mark.slow
def test_killing_a_worker_at_any_statement_loses_and_duplicates_nothing(subtests: pytest.Subtests) -> None:
    interview_type = InterviewRequestFactory.create().interview_type

    def interview_up_to(step: str) -> InterviewRequest:
        interview_request = InterviewRequestFactory.create(org=interview_type.org, interview_type=interview_type)
        for earlier in list(STEPS)[: list(STEPS).index(step)]:
            STEPS[earlier](interview_request)
        return interview_request

    for name, step in STEPS.items():
        with subtests.test(name):
            reference = interview_up_to(name)
            before = stored(reference)
            step(reference)
            after = stored(reference)
            assert before != after

            interview_request = interview_up_to(name)
            for statement in count(1):
                with killed_at(statement) as killed:
                    step(interview_request)
                if stored(interview_request) != before:
                    assert stored(interview_request) == after
                    step(interview_request)
                    assert stored(interview_request) == after
                    if not killed:
                        break
                    interview_request = interview_up_to(name)
            assert statement >= 3


class InterruptedEngine:
    """An engine that calls `meanwhile` before it returns its choice."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile
        self.in_transaction: list[bool] = []

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        self.in_transaction.append(connection.in_atomic_block)
        self.meanwhile()
        return Choice(moves[0], Engine.MODEL)


def use_engine(monkeypatch: pytest.MonkeyPatch, engine: object) -> None:
    monkeypatch.setattr(conversation_steps, "engine", lambda **kwargs: engine)


def test_an_answer_is_committed_before_the_model_is_called(
    running: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise Killed

    engine = InterruptedEngine(die)
    submit_answer(running, number=1, text="It was slow.")
    with monkeypatch.context() as patch:
        use_engine(patch, engine)
        with pytest.raises(Killed):
            next_question(running)
    assert engine.in_transaction == [False]
    assert [turn.text for turn in Turn.objects.filter(speaker=Speaker.CONTACT)] == ["It was slow."]
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.PAIGE_TIMEOUT)):
        assert next_question(running).is_thinking
    expire_leases()
    assert next_question(running).question is not None


def test_an_error_of_an_engine_ends_its_lease(running: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    submit_answer(running, number=1, text="It was slow.")
    with monkeypatch.context() as patch:
        use_engine(patch, InterruptedEngine(lambda: 1 / 0))
        with pytest.raises(ZeroDivisionError):
            next_question(running)
    assert next_question(running).question is not None


def test_of_two_concurrent_tabs_one_computes_the_question(
    running: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_answer(running, number=1, text="It was slow.")
    other_tab: list[InterviewState] = []
    engine = InterruptedEngine(lambda: other_tab.append(next_question(running)))
    use_engine(monkeypatch, engine)
    state = next_question(running)
    assert (state.question is not None, state.is_thinking) == (True, False)
    assert [(each.question, each.is_thinking) for each in other_tab] == [(None, True)]
    assert len(engine.in_transaction) == 1
    assert next_question(running) == state
    assert Turn.objects.count() == 3


def test_a_tab_that_read_the_interview_before_the_question_was_stored_computes_none(
    running: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may ask for the lease after the lease has ended."""
    submit_answer(running, number=1, text="It was slow.")
    stale = StoredInterview.load(running)
    state = next_question(running)
    reads = [stale, StoredInterview.load(running)]
    monkeypatch.setattr(StoredInterview, "load", lambda row: reads.pop(0))
    use_engine(monkeypatch, InterruptedEngine(pytest.fail))
    assert next_question(running) == state


def test_after_the_expiry_of_a_lease_the_first_question_that_is_stored_stays(
    running: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_answer(running, number=1, text="It was slow.")
    other_tab: list[InterviewState] = []

    def ask() -> None:
        expire_leases()
        with monkeypatch.context() as patch:
            use_engine(patch, InterruptedEngine(lambda: None))
            other_tab.append(next_question(running))

    use_engine(monkeypatch, InterruptedEngine(ask))
    assert next_question(running) == other_tab[0]
    assert Turn.objects.count() == 3


def test_finishing_during_a_model_call_stores_no_further_question(
    running: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_answer(running, number=1, text="It was slow.")
    use_engine(monkeypatch, InterruptedEngine(lambda: finish_conversation(running)))
    assert next_question(running).question is None
    assert Turn.objects.count() == 2
