from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from interviews.lifecycle import ABANDONED_AFTER
from interviews.models import Conversation, InterviewRequest
from interviews.reports.guide_quality import quality_by_version
from interviews.services.conversation_steps import next_question
from tests.factories import InterviewRequestFactory
from tests.interviews.steps import complete, converse


def begin(interview_request: InterviewRequest, *answers: str) -> None:
    converse(interview_request, *answers)
    if not answers:
        next_question(interview_request)


def another(interview_request: InterviewRequest) -> InterviewRequest:
    return InterviewRequestFactory.create(
        org=interview_request.org, contact=interview_request.contact, interview_type=interview_request.interview_type
    )


@pytest.mark.slow
def test_the_quality_of_each_version(
    interview_request: InterviewRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kind = interview_request.interview_type
    assert quality_by_version(kind) == []
    abandoned, running = another(interview_request), another(interview_request)
    complete(interview_request, "We lost two weekends.")
    begin(abandoned, "Price was too high for us.")
    past = timezone.now() - ABANDONED_AFTER - timedelta(days=1)
    Conversation.objects.filter(pk=abandoned.pk).update(last_activity_at=past)
    kind.guide["version"] = 2
    kind.save()
    running.refresh_from_db()
    begin(running)
    with django_assert_num_queries(4):
        newer, older = quality_by_version(kind)
    assert (newer.version, newer.begun, newer.completion_percent, newer.stopped, newer.words) == (2, 1, None, 0, None)
    assert (older.version, older.begun, older.completed, older.broken_off) == (1, 2, 1, 1)
    assert (older.completion_percent, older.words) == (50, 5)
    assert (older.last_topic, older.stopped) == (kind.guide["topics"][0]["key"], 1)
