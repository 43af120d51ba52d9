"""How the model served the interviews of all orgs in the last hour."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from interviews.lifecycle import Engine, Move, Speaker
from interviews.models import InterviewRequest, Turn
from interviews.reports.model_statistics import Latency, model_statistics
from interviews.services.conversation_steps import finish_conversation, next_question, submit_answer
from tests.factories import InterviewRequestFactory


def add_turns(interview_request: InterviewRequest, engine: Engine, *latencies: int, minutes_ago: int = 1) -> None:
    first = interview_request.turns.count() + 1
    for number, latency in enumerate(latencies, start=first):
        turn = Turn.objects.create(
            org_id=interview_request.org_id,
            interview_request=interview_request,
            number=number,
            speaker=Speaker.PAIGE,
            move=Move.QUESTION,
            topic="trigger",
            text="What happened?",
            engine=engine,
            guide_version=1,
            latency_ms=latency,
        )
        Turn.objects.filter(pk=turn.pk).update(created_at=timezone.now() - timedelta(minutes=minutes_ago))


def test_without_turns_there_is_no_latency(db: None) -> None:
    statistics = model_statistics()
    assert (statistics.turns, statistics.fallback_percent, statistics.latency) == (0, 0.0, None)
    assert not statistics.falls_back_too_often


def test_turns_of_all_orgs_in_the_last_hour_count(
    interview_request: InterviewRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    globex = InterviewRequestFactory.create()
    add_turns(interview_request, Engine.MODEL, *range(1_000, 11_000, 1_000))
    add_turns(globex, Engine.FALLBACK, 8_000)
    add_turns(globex, Engine.RULES, 1, 1)
    add_turns(globex, Engine.FALLBACK, 8_000, 8_000, minutes_ago=61)
    with django_assert_num_queries(3):
        statistics = model_statistics()
    assert (statistics.turns, statistics.fallbacks, statistics.fallback_percent) == (11, 1, 9.1)
    assert statistics.falls_back_too_often
    assert statistics.latency == Latency(median=5.0, p95=10.0), "of the turns that the model chose"


@pytest.mark.parametrize(("fallbacks", "is_too_often"), [(1, False), (2, True)])
def test_more_than_5_percent_are_too_many(
    interview_request: InterviewRequest, fallbacks: int, is_too_often: bool
) -> None:
    add_turns(interview_request, Engine.MODEL, *[1_000] * (20 - fallbacks))
    add_turns(interview_request, Engine.FALLBACK, *[1_000] * fallbacks)
    assert model_statistics().falls_back_too_often == is_too_often


class TestWaitingTurns:
    def test_a_contact_waits_from_the_answer_to_the_next_question(self, running: InterviewRequest) -> None:
        assert model_statistics().waiting_turns == 0
        submit_answer(running, number=1, text="It was slow.")
        assert model_statistics().waiting_turns == 1
        next_question(running)
        assert model_statistics().waiting_turns == 0

    def test_a_contact_who_looks_over_the_answers_does_not_wait(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text="It was slow.")
        finish_conversation(running)
        assert model_statistics().waiting_turns == 0

    def test_a_turn_of_a_killed_worker_stops_counting_after_the_time_limit(
        self, running: InterviewRequest, settings: Settings
    ) -> None:
        submit_answer(running, number=1, text="It was slow.")
        running.conversation.refresh_from_db()
        running.conversation.last_activity_at -= timedelta(seconds=settings.PAIGE_TIMEOUT)
        running.conversation.save(update_fields=["last_activity_at"])
        assert model_statistics().waiting_turns == 0
