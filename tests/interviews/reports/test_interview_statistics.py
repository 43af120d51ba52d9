"""How interviews go: the numbers of the first page of the admin."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from interviews.lifecycle import Stage, Status
from interviews.models import Conversation, InterviewRequest
from interviews.reports.interview_statistics import WEEKS, Topic, interview_statistics
from orgs.models import Org
from tests.factories import InterviewRequestFactory

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("clock", "db")


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


def add_request(org: Org, *, created: datetime = WEDNESDAY, flags: str = "", **fields: Any) -> InterviewRequest:
    row: InterviewRequest = InterviewRequestFactory.create(org=org, flags=flags, **fields)
    InterviewRequest.objects.filter(pk=row.pk).update(created_at=created)
    return row


def add_interview(
    org: Org, stage: Stage, *, begun: datetime, active: datetime | None = None, topic: str = "", flags: str = ""
) -> Conversation:
    is_completed, is_declined = stage == Stage.COMPLETED, stage == Stage.DECLINED
    fields = {"status": Status.COMPLETED, "completed_at": active or begun} if is_completed else {}
    row: Conversation = Conversation.objects.create(
        org=org,
        interview_request=add_request(org, created=begun, flags=flags, **fields),
        stage=stage,
        guide={"version": 1},
        consented_at=begun,
        started_at=begun,
        finished_at=begun if is_completed else None,
        declined_at=begun if is_declined else None,
        last_activity_at=active or begun,
        last_topic=topic,
    )
    return row


def test_interviews_under_way_and_abandoned(acme: Org) -> None:
    for active in (WEDNESDAY, WEDNESDAY - 7 * DAY, WEDNESDAY - 8 * DAY, WEDNESDAY - 400 * DAY):
        add_interview(acme, Stage.IN_PROGRESS, begun=active)
    statistics = interview_statistics()
    assert (statistics.running, statistics.abandoned) == (2, 2)


def test_answered_requests_count_by_the_week_of_their_creation(acme: Org) -> None:
    add_interview(acme, Stage.COMPLETED, begun=MONDAY - 8 * DAY, active=WEDNESDAY)
    add_interview(acme, Stage.DECLINED, begun=MONDAY - 8 * DAY)
    add_request(acme)
    add_interview(acme, Stage.COMPLETED, begun=MONDAY - 78 * DAY, active=WEDNESDAY)
    statistics = interview_statistics()
    assert [week.answered for week in statistics.weeks[-3:]] == [1, 0, 0]
    assert (statistics.total("answered"), statistics.total("requests"), statistics.answer_percent) == (1, 3, 33)


def test_weeks_begin_on_monday(acme: Org) -> None:
    for created in (WEDNESDAY, MONDAY, MONDAY - timedelta(seconds=1), MONDAY - 77 * DAY, MONDAY - 78 * DAY):
        add_request(acme, created=created)
    weeks = interview_statistics().weeks
    assert [week.starts for week in weeks] == [MONDAY - 7 * DAY * number for number in range(WEEKS - 1, -1, -1)]
    assert [week.requests for week in weeks] == [1, *[0] * (WEEKS - 3), 1, 2], "the earliest is too old"


def test_interviews_by_the_week_in_which_they_began(acme: Org) -> None:
    begun = MONDAY - 20 * DAY
    add_interview(acme, Stage.COMPLETED, begun=begun, active=WEDNESDAY)
    add_interview(acme, Stage.COMPLETED, begun=begun)
    add_interview(acme, Stage.DECLINED, begun=begun)
    add_interview(acme, Stage.IN_PROGRESS, begun=begun)
    add_interview(acme, Stage.IN_PROGRESS, begun=begun, active=WEDNESDAY)
    statistics = interview_statistics()
    week = statistics.weeks[-4]
    assert (week.begun, week.completed, week.running, week.declined, week.abandoned) == (5, 2, 1, 1, 1)
    assert sum(week.begun for week in statistics.weeks) == 5
    assert statistics.completion_percent == 50, "the one under way does not count"


def test_topics_at_which_interviews_were_broken_off(acme: Org) -> None:
    begun = WEDNESDAY - 20 * DAY
    for stage, topic in (
        (Stage.IN_PROGRESS, "pricing"),
        (Stage.DECLINED, "pricing"),
        (Stage.DECLINED, ""),
        (Stage.COMPLETED, "closing"),
    ):
        add_interview(acme, stage, begun=begun, topic=topic)
    add_interview(acme, Stage.IN_PROGRESS, begun=begun, active=WEDNESDAY, topic="vendor")
    add_interview(acme, Stage.IN_PROGRESS, begun=WEDNESDAY - 100 * DAY, topic="trigger")
    assert interview_statistics().topics == (Topic("pricing", 2), Topic("", 1))


def test_the_numbers_of_some_orgs(acme: Org, globex: Org, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    add_interview(acme, Stage.IN_PROGRESS, begun=WEDNESDAY)
    for _ in range(2):
        add_interview(globex, Stage.IN_PROGRESS, begun=WEDNESDAY)
    for ids, number in ((None, 3), ([acme.pk], 1), ([globex.pk], 2), ([acme.pk, globex.pk], 3), ([], 0)):
        with django_assert_num_queries(4 if ids != [] else 0):
            found = interview_statistics(ids)
        assert found.running == found.weeks[-1].begun == found.weeks[-1].requests == number
