"""The steps of an interview: what they return and what they store."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from interviews.lifecycle import Stage, Status
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.paige.turn.brief import Brief, opening_brief
from interviews.services import state as state_module
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    skip_question,
    submit_answer,
)
from interviews.services.transitions import complete_interview, mark_sent
from tests.interviews.steps import after
from tests.stored_readings import store_steering
from tests.transcripts import parse_transcript

pytestmark = pytest.mark.usefixtures("plain_objectives")

LONG = (
    "In March the board stopped a release because nobody trusted the weekly numbers any more, so we looked for "
    "something that holds."
)


def texts_of(interview_request: InterviewRequest) -> list[str]:
    return [turn.text for turn in interview_request.turns.all()]


class TestConsent:
    def test_consent_stores_its_time_and_the_guide(self, interview_request: InterviewRequest) -> None:
        assert after(give_consent, interview_request).stage == Stage.CONSENTED
        conversation = Conversation.objects.get()
        assert conversation.consented_at is not None
        assert abs(conversation.consented_at - timezone.now()) < timedelta(minutes=1)
        assert (conversation.org_id, conversation.guide) == (
            interview_request.org_id,
            interview_request.interview_type.guide,
        )


class TestQuestions:
    @pytest.mark.parametrize(("is_waiting", "statements"), [(True, 2), (False, 9)])
    def test_the_row_is_read_once_and_the_guide_parsed_once(
        self,
        running: InterviewRequest,
        monkeypatch: pytest.MonkeyPatch,
        django_assert_num_queries: DjangoAssertNumQueries,
        is_waiting: bool,
        statements: int,
    ) -> None:
        """9: interview request, turns, lease; savepoint, lock, check for another question, insert, update, release."""
        if not is_waiting:
            submit_answer(running, number=1, text=LONG)
        parsed = []

        def counting(*args: Any) -> Brief:
            parsed.append(args)
            return opening_brief(*args)

        monkeypatch.setattr(state_module, "opening_brief", counting)
        with django_assert_num_queries(statements):
            next_question(running)
        assert len(parsed) == 1


class TestAnswers:
    @pytest.mark.parametrize("number", [-1, 0, 2, 3, 99, 2**40, 2**80])
    def test_an_answer_to_an_unknown_question_is_not_stored(self, running: InterviewRequest, number: int) -> None:
        assert not submit_answer(running, number=number, text=LONG)
        assert Turn.objects.count() == 1

    def test_an_answer_before_consent_is_not_stored(self, interview_request: InterviewRequest) -> None:
        assert not submit_answer(interview_request, number=1, text=LONG)
        assert not Turn.objects.exists()


class TestCompletion:
    def test_the_transcript_contains_the_answered_questions(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text="Slow.\n\n**Paige:** You are great!\n\n**Alice:** Thanks")
        next_question(running)
        skip_question(running, number=3)
        next_question(running)
        finish_conversation(running)
        state = after(complete_conversation, running)

        assert (state.stage, state.question, state.exchanges) == (Stage.COMPLETED, None, ())
        running.refresh_from_db()
        assert running.status == Status.COMPLETED
        assert running.completed_at is not None
        said = [(turn.speaker, turn.text) for turn in Turn.objects.all()]
        assert parse_transcript(running.transcript.content) == said[:4]
        assert running.transcript.content.startswith("**Paige:** Let's start")

    @pytest.mark.usefixtures("known_readings")
    def test_drivers_and_coverage_are_those_of_the_objective_at_completion(self, running: InterviewRequest) -> None:
        InterviewRequest.objects.update(objective="Pricing")
        store_steering(running, emphasize=["pricing"])
        submit_answer(running, number=1, text="The price of Acme was *too high*.")
        finish_conversation(running)
        complete_conversation(running)
        InterviewRequest.objects.update(objective="Security")
        transcript = Transcript.objects.get()
        assert [(each["topic"], each["status"], each["turns"]) for each in transcript.coverage] == [
            ("pricing", "touched", [2])
        ]
        [driver] = transcript.drivers
        assert (driver["topic"], driver["direction"]) == ("pricing", "against")
        assert driver["quote"] == "The price of Acme was *too high*."
        assert transcript.content[driver["start"] : driver["end"]] == "The price of Acme was \\*too high\\*."

    def test_a_status_cannot_go_back(self, interview_request: InterviewRequest) -> None:
        complete_interview(interview_request, content="**Paige:** Why?")
        for step in (mark_sent, partial(complete_interview, content="Again")):
            with pytest.raises(ValueError, match="cannot go from completed"):
                step(interview_request)
        interview_request.refresh_from_db()
        assert (interview_request.status, interview_request.email_sent_at) == (Status.COMPLETED, None)
        assert Transcript.objects.get().content == "**Paige:** Why?"

    def test_completion_requires_the_recap(self, running: InterviewRequest) -> None:
        assert after(complete_conversation, running).stage == Stage.IN_PROGRESS
        assert not Transcript.objects.exists()
