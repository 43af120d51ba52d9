"""How the model served the interviews of all orgs in the last hour, and those of one type compared with the rules."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from interviews.lifecycle import Engine, Rating, Stage, Wording
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.reports.model_statistics import Latency, model_statistics, quality_by_engine
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    next_question,
    submit_answer,
)
from tests.factories import InterviewRequestFactory
from tests.interviews.reports.test_guide_quality import begin
from tests.interviews.steps import another, store_question


def add_turns(interview_request: InterviewRequest, engine: Engine, *latencies: int, minutes_ago: int = 1) -> None:
    first = interview_request.turns.count() + 1
    for number, latency in enumerate(latencies, start=first):
        turn = store_question(interview_request, number, engine=engine, latency_ms=latency)
        Turn.objects.filter(pk=turn.pk).update(created_at=timezone.now() - timedelta(minutes=minutes_ago))


def test_turns_of_all_orgs_in_the_last_hour_count(
    interview_request: InterviewRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert (model_statistics().fallback_percent, model_statistics().latency) == (0.0, None)
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


def test_a_contact_waits_from_the_answer_to_the_next_question(running: InterviewRequest, settings: Settings) -> None:
    assert model_statistics().waiting_turns == 0
    submit_answer(running, number=1, text="It was slow.")
    assert model_statistics().waiting_turns == 1
    settings.PAIGE_TIMEOUT = 0.0
    assert model_statistics().waiting_turns == 0, "the worker was killed"
    settings.PAIGE_TIMEOUT = 60.0
    next_question(running)
    assert model_statistics().waiting_turns == 0
    submit_answer(running, number=3, text="It was slow.")
    finish_conversation(running)
    assert model_statistics().waiting_turns == 0, "the contact looks over the answers"


def test_the_quality_by_engine_and_words(
    interview_request: InterviewRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kind = interview_request.interview_type
    begin(interview_request, "We lost two weekends.")
    assert quality_by_engine(kind) == [], "nothing to compare"
    worded, refused = another(interview_request), another(interview_request)
    for request in (worded, refused):
        begin(request, "Price was too high for us.")
    first = Turn.objects.filter(number=1)
    first.filter(interview_request=worded).update(
        engine=Engine.MODEL, worded_by=Wording.MODEL, latency_ms=1_000, prompt_tokens=3_000, completion_tokens=40
    )
    first.filter(interview_request=refused).update(
        engine=Engine.FALLBACK, wording_fallback="advice", latency_ms=2_000, prompt_tokens=None
    )
    finish_conversation(worded)
    complete_conversation(worded)
    Conversation.objects.filter(pk=worded.pk).update(rating=Rating.MOSTLY)
    Conversation.objects.filter(pk=refused.pk).update(stage=Stage.DECLINED, declined_at=timezone.now())
    with django_assert_num_queries(5):
        rules, model = quality_by_engine(kind)
    assert (rules.engine, rules.wording, rules.begun, rules.words) == (Engine.RULES, Wording.GUIDE, 1, 4)
    assert (rules.completion_percent, rules.rating, rules.choice_fallback_percent) == (None, None, None)
    assert (model.engine, model.wording, model.begun, model.words) == (Engine.MODEL, Wording.MODEL, 2, 6)
    assert (model.seconds, model.tokens, rules.seconds, rules.tokens) == (1.5, 3_040, None, None)
    assert (model.completion_percent, model.rating) == (50, 3)
    assert (model.choice_fallback_percent, model.wording_fallback_percent) == (50, 50)
