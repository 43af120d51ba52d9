"""The steps of an interview: what they return and what they store."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from interviews.lifecycle import Engine, Move, Speaker, Stage, Status
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.paige.turn.brief import Brief, opening_brief
from interviews.paige.turn.remaining import Remaining
from interviews.services import state as state_module
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
from interviews.services.state import interview_state
from orgs.models import Org
from tests.factories import InterviewRequestFactory
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


def answer_all(interview_request: InterviewRequest, text: str = LONG) -> None:
    while question := next_question(interview_request).question:
        assert submit_answer(interview_request, number=question.number, text=text)


class TestConsent:
    def test_before_consent_there_is_only_the_invitation(self, interview_request: InterviewRequest) -> None:
        state = next_question(interview_request)
        assert (state.stage, state.question, state.exchanges) == (Stage.INVITED, None, ())
        assert (state.vendor, state.contact_name, state.estimated_minutes) == ("Acme", "Alice", 15)
        assert "Acme" in state.purpose
        assert not Conversation.objects.exists()

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
    def test_the_first_question_is_the_first_of_the_guide(self, running: InterviewRequest) -> None:
        state = interview_state(running)
        assert state.question is not None
        assert state.question.text.startswith("Let's start before any vendor")
        assert (state.stage, state.remaining) == (Stage.IN_PROGRESS, Remaining(question=1, percent_done=0, minutes=15))
        turn = Turn.objects.get()
        assert (turn.number, turn.speaker, turn.move, turn.topic) == (1, Speaker.PAIGE, Move.QUESTION, "trigger")
        assert (turn.engine, turn.guide_version, turn.org_id) == (Engine.RULES, 1, running.org_id)

    def test_the_same_question_is_returned_until_it_is_answered(self, running: InterviewRequest) -> None:
        assert next_question(running) == next_question(running) == interview_state(running)
        assert Turn.objects.count() == 1

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

    def test_a_running_interview_keeps_its_guide(self, running: InterviewRequest) -> None:
        guide = running.interview_type.guide
        guide["version"], guide["topics"][1]["question"] = 2, "What is new?"
        running.interview_type.save()
        submit_answer(running, number=1, text=LONG)
        next_question(running)
        turn = Turn.objects.latest("number")
        assert (turn.topic, turn.guide_version) == ("process", 1)
        assert "from the first conversations" in turn.text

    @pytest.mark.slow
    def test_questions_follow_ups_and_the_closing_question_have_different_moves(
        self, running: InterviewRequest
    ) -> None:
        answer_all(running, "Last March we lost an order.")
        moves = [turn.move for turn in running.turns.filter(speaker=Speaker.PAIGE)]
        assert (moves[0], moves[1]) == (Move.QUESTION, Move.FOLLOW_UP)
        assert moves[-2:] == [Move.CLOSING, Move.FOLLOW_UP]


class TestAnswers:
    def test_an_answer_is_stored_trimmed_and_with_line_feeds(self, running: InterviewRequest) -> None:
        text = "Two reasons:\r\n\r\n**Paige:** hm \N{SNOWMAN} <b>&amp;</b>"
        assert submit_answer(running, number=1, text=f"  {text}\n")
        turn = Turn.objects.get(number=2)
        assert turn.text == text.replace("\r\n", "\n")
        assert (turn.speaker, turn.move, turn.topic, turn.engine) == (Speaker.CONTACT, Move.ANSWER, "trigger", "")

    def test_a_stale_tab_does_not_overwrite_an_answer_or_answer_the_next_question(
        self, running: InterviewRequest
    ) -> None:
        submit_answer(running, number=1, text=LONG)
        next_question(running)
        assert not submit_answer(running, number=1, text="From the other tab.")
        assert not skip_question(running, number=1)
        assert texts_of(running)[1:2] == [LONG]
        assert Turn.objects.count() == 3

    def test_a_skip_is_stored_as_a_turn_without_text(self, running: InterviewRequest) -> None:
        assert skip_question(running, number=1)
        assert skip_question(running, number=1)
        turn = Turn.objects.get(number=2)
        assert (turn.move, turn.text) == (Move.SKIP, "")

    @pytest.mark.parametrize("number", [-1, 0, 2, 3, 99, 2**40, 2**80])
    def test_an_answer_to_an_unknown_question_is_not_stored(self, running: InterviewRequest, number: int) -> None:
        assert not submit_answer(running, number=number, text=LONG)
        assert Turn.objects.count() == 1

    @pytest.mark.parametrize("text", ["", " \n\t", "a\0b", "\ud800", "x" * 10_001])
    def test_an_invalid_answer_is_refused(self, running: InterviewRequest, text: str) -> None:
        with pytest.raises(ValidationError):
            submit_answer(running, number=1, text=text)
        assert Turn.objects.count() == 1

    def test_an_answer_may_have_10_000_characters(self, running: InterviewRequest) -> None:
        assert submit_answer(running, number=1, text="\r\n".join(["x" * 4999] * 2) + "x")
        assert len(Turn.objects.get(number=2).text) == 10_000

    def test_an_answer_before_consent_is_not_stored(self, interview_request: InterviewRequest) -> None:
        assert not submit_answer(interview_request, number=1, text=LONG)
        assert not Turn.objects.exists()


class TestRecap:
    @pytest.mark.slow
    def test_the_recap_follows_when_nothing_is_left_to_ask(self, running: InterviewRequest) -> None:
        answer_all(running)
        state = interview_state(running)
        assert state.stage == Stage.RECAP
        assert {exchange.answer for exchange in state.exchanges} == {LONG}
        assert not state.more_to_ask
        assert state.exchanges[0].topic == "What set off the search"
        assert Conversation.objects.get().finished_at is not None

    def test_the_contact_can_finish_before_the_first_question(self, interview_request: InterviewRequest) -> None:
        give_consent(interview_request)
        state = after(finish_conversation, interview_request)
        assert (state.stage, state.more_to_ask) == (Stage.RECAP, True)
        assert next_question(interview_request).question is None
        assert not Turn.objects.exists()

    def test_the_contact_can_resume_from_the_recap(self, running: InterviewRequest) -> None:
        assert after(finish_conversation, running).more_to_ask
        state = after(resume_conversation, running)
        assert state.stage == Stage.IN_PROGRESS
        assert state.question is not None
        assert state.question.number == 1
        assert Conversation.objects.get().finished_at is None

    @pytest.mark.slow
    def test_resuming_with_nothing_left_to_ask_leads_back_to_the_recap(self, running: InterviewRequest) -> None:
        answer_all(running)
        resume_conversation(running)
        assert next_question(running).stage == Stage.RECAP

    def test_answers_can_be_corrected_added_and_withdrawn(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text="Forty thousand.")
        next_question(running)
        submit_answer(running, number=3, text="My boss Bob did.")
        next_question(running)
        skip_question(running, number=5)
        finish_conversation(running)

        state = after(correct_answers, running, corrections={1: "Fifty\r\nthousand.", 3: " ", 5: "Late.", 7: "x"})
        assert [exchange.answer for exchange in state.exchanges] == ["Fifty\nthousand.", "", "Late."]
        rows = Turn.objects.filter(speaker=Speaker.CONTACT)
        assert [row.move for row in rows] == [Move.ANSWER, Move.SKIP, Move.ANSWER]
        assert all(row.corrected_at for row in rows)

    def test_an_invalid_correction_changes_nothing(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text=LONG)
        finish_conversation(running)
        with pytest.raises(ValidationError):
            correct_answers(running, corrections={1: "a\0b"})
        assert texts_of(running)[1] == LONG

    def test_answers_cannot_be_corrected_before_the_recap(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text=LONG)
        correct_answers(running, corrections={1: "Other."})
        assert texts_of(running)[1] == LONG
        assert Turn.objects.get(number=2).corrected_at is None


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

    def test_key_answers_are_verbatim_and_by_topic(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text=LONG)
        finish_conversation(running)
        complete_conversation(running)
        transcript = Transcript.objects.get()
        [found] = transcript.key_answers
        [place] = found.pop("places")
        assert found == {"topic": "trigger", "title": "What set off the search", "excerpts": [LONG]}
        assert (place["turn"], transcript.content[place["start"] : place["end"]]) == (2, LONG)

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

    def test_completion_happens_once(self, running: InterviewRequest) -> None:
        finish_conversation(running)
        complete_conversation(running)
        completed_at = InterviewRequest.objects.get().completed_at
        assert after(complete_conversation, running).stage == Stage.COMPLETED
        assert Transcript.objects.count() == 1
        assert InterviewRequest.objects.get().completed_at == completed_at

    def test_completion_requires_the_recap(self, running: InterviewRequest) -> None:
        assert after(complete_conversation, running).stage == Stage.IN_PROGRESS
        assert not Transcript.objects.exists()

    def test_no_step_changes_a_completed_interview(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text=LONG)
        next_question(running)
        finish_conversation(running)
        complete_conversation(running)
        before = (list(Turn.objects.values()), Transcript.objects.get().content)

        give_consent(running)
        assert next_question(running).stage == Stage.COMPLETED
        assert not submit_answer(running, number=3, text="Late.")
        resume_conversation(running)
        correct_answers(running, corrections={1: "Other."})
        assert after(finish_conversation, running).stage == Stage.COMPLETED
        assert before == (list(Turn.objects.values()), Transcript.objects.get().content)


class TestAbandoned:
    def test_an_inactive_conversation_is_abandoned_until_the_contact_resumes(self, running: InterviewRequest) -> None:
        conversations = Conversation.objects.for_org(running.org_id)
        assert not conversations.abandoned()
        conversations.update(last_activity_at=timezone.now() - timedelta(days=7, minutes=1))
        assert [row.pk for row in conversations.abandoned() if row.is_abandoned] == [running.pk]
        submit_answer(running, number=1, text=LONG)
        assert not conversations.abandoned()

    def test_a_completed_conversation_is_never_abandoned(self, running: InterviewRequest) -> None:
        finish_conversation(running)
        complete_conversation(running)
        Conversation.objects.update(last_activity_at=timezone.now() - timedelta(days=70))
        assert not Conversation.objects.abandoned()


class TestSurveyToken:
    def test_finds_only_its_interview_request(self, interview_request: InterviewRequest, globex: Org) -> None:
        InterviewRequestFactory.create(org=globex)
        assert InterviewRequest.objects.of_survey_token(str(interview_request.survey_token)).get() == interview_request

    @pytest.mark.parametrize("token", ["", "x" * 43, "a\0b", "\N{SNOWMAN}" * 43, "x" * 44])
    def test_finds_nothing_for_a_wrong_token(self, interview_request: InterviewRequest, token: str) -> None:
        assert not InterviewRequest.objects.of_survey_token(token).exists()


def test_the_state_contains_no_notes_and_no_objective(running: InterviewRequest) -> None:
    running.contact.notes, running.objective = "SECRET notes", "SECRET goal"
    running.contact.save()
    running.save()
    submit_answer(running, number=1, text=LONG)
    assert "SECRET" not in str(vars(next_question(running)))
