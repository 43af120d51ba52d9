"""How the interviews of a type go, and where contacts break them off."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from interviews.lifecycle import ABANDONED_AFTER, Move
from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.paige.objective import Picks
from interviews.reports.guide_quality import (
    OF_AN_EARLIER_GUIDE,
    ObjectiveStops,
    Stops,
    quality_by_version,
    stops_by_objective,
    stops_by_question,
)
from interviews.services.conversation_steps import give_consent, next_question
from interviews.services.wishes import decline_interview
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.interviews.steps import another, complete, converse, pick, store_question
from tests.stored_readings import store_steering

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_objectives")]


@pytest.fixture
def kind() -> InterviewType:
    return InterviewTypeFactory.create()


def interview(
    kind: InterviewType, *asked: tuple[str, Move, int | None], objective: str = "", emphasize: str = ""
) -> InterviewRequest:
    row = InterviewRequestFactory.create(org=kind.org, interview_type=kind, objective=objective)
    if emphasize:
        store_steering(row, emphasize=[emphasize])
    give_consent(row)
    for number, (topic, move, follow_up) in enumerate(asked):
        version = kind.guide["version"]
        store_question(row, 2 * number + 1, move=move, topic=topic, follow_up=follow_up, guide_version=version)
    return row


def abandon(*rows: InterviewRequest) -> None:
    Conversation.objects.filter(pk__in=[row.pk for row in rows]).update(
        last_activity_at=timezone.now() - timedelta(days=8)
    )


TRIGGER, PRICE = ("trigger", Move.QUESTION, None), ("pricing", Move.FOLLOW_UP, 1)


def test_the_last_question_of_an_interview_that_is_broken_off_counts(kind: InterviewType) -> None:
    first, second, third, _ = (interview(kind, TRIGGER, PRICE) for _ in range(4))
    abandon(first, second, interview(kind, TRIGGER), interview(kind))
    decline_interview(third, reason=None, comment="")
    topics = {topic["key"]: topic for topic in kind.guide["topics"]}
    price, trigger = topics["pricing"], topics["trigger"]
    assert stops_by_question(kind) == [
        Stops(price["title"], price["follow_ups"][1]["text"], reached=4, stopped=3),
        Stops(trigger["title"], trigger["question"], reached=5, stopped=1),
    ]
    assert [stops.percent for stops in stops_by_question(kind)] == [75, 20]


def test_a_follow_up_of_an_earlier_version_has_no_text(kind: InterviewType) -> None:
    abandon(interview(kind, TRIGGER, PRICE))
    kind.guide = {**kind.guide, "version": kind.guide["version"] + 1}
    kind.save()
    assert [stops.text for stops in stops_by_question(kind)] == [OF_AN_EARLIER_GUIDE]


def test_interviews_count_for_each_topic_of_their_objective(kind: InterviewType) -> None:
    abandon(interview(kind, TRIGGER, objective="Why was the price a problem?", emphasize="pricing"))
    interview(kind, TRIGGER, objective="Why was the price a problem?", emphasize="pricing")
    interview(kind, TRIGGER)
    titles = {topic["key"]: topic["title"] for topic in kind.guide["topics"]}
    topics = [Stops(titles["pricing"], "", reached=2, stopped=1), Stops("", "", reached=1, stopped=0)]
    assert stops_by_objective(kind) == ObjectiveStops(3, topics)


def test_an_objective_that_is_not_read_yet_does_not_count(kind: InterviewType) -> None:
    unread = interview(kind, TRIGGER, objective="Why was the price a problem?")
    interview(kind, TRIGGER)
    assert stops_by_objective(kind) == ObjectiveStops(1, [Stops("", "", reached=1, stopped=0)])
    pick(unread, Picks(("trigger",)))
    assert stops_by_objective(kind).read == 2


def test_texts_name_the_org(kind: InterviewType) -> None:
    asked = ("vendor", Move.QUESTION, None)
    abandon(interview(kind, asked, objective="What stood out about the vendor?", emphasize="vendor"))
    [stops] = stops_by_question(kind)
    assert kind.org.name in stops.title
    assert "{vendor}" not in "".join(stops.title + stops.text for stops in [*stops_by_objective(kind).topics, stops])


def test_other_types_do_not_count(kind: InterviewType) -> None:
    abandon(interview(InterviewTypeFactory.create(org=kind.org), TRIGGER))
    assert stops_by_question(kind) == []
    assert stops_by_objective(kind) == ObjectiveStops(0, [])


def begin(interview_request: InterviewRequest, *answers: str) -> None:
    converse(interview_request, *answers)
    if not answers:
        next_question(interview_request)


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
