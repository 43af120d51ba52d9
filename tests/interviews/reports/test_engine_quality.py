from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from interviews.lifecycle import Engine, Rating, Stage, Wording
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.reports.engine_quality import quality_by_engine
from interviews.services.conversation_steps import complete_conversation, finish_conversation
from tests.interviews.reports.test_guide_quality import another, begin


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
