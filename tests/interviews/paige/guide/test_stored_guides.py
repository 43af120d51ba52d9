"""Each version of a guide is read and parsed once per process."""

import pytest
from pytest_django import DjangoAssertNumQueries

from hindsight.limits.rate_limits import Memory
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide import guide as guides
from interviews.paige.turn.brief import guide_of
from interviews.services.conversation_steps import give_consent
from interviews.services.interview_types import edit_guide
from orgs.actors import Actor, ActorKind
from tests.factories import InterviewRequestFactory

SAM = Actor(ActorKind.STAFF, "sam")


def with_versions(row: InterviewRequest) -> InterviewRequest:
    return InterviewRequest.objects.with_versions().get(pk=row.pk)


def edit(purpose: str) -> None:
    kind = InterviewType.objects.get()
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide={**kind.guide, "purpose": purpose}, actor=SAM)


def test_a_version_is_read_once(
    interview_request: InterviewRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = guide_of(with_versions(interview_request))
    with django_assert_num_queries(1):
        assert guide_of(with_versions(interview_request)) is first
    edit("New")
    assert guide_of(with_versions(interview_request)).purpose == "New"


def test_an_edit_before_the_guide_is_read_is_not_kept_as_the_earlier_version(
    interview_request: InterviewRequest,
) -> None:
    begun = InterviewRequestFactory.create(org=interview_request.org, interview_type=interview_request.interview_type)
    give_consent(begun)
    row = with_versions(interview_request)
    edit("New")
    assert guide_of(row).purpose == "New"
    assert guide_of(with_versions(begun)).purpose == interview_request.interview_type.guide["purpose"]


def test_memory_is_limited(interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guides, "_guides", Memory(2))
    for purpose in "abc":
        edit(purpose)
        assert guide_of(with_versions(interview_request)).purpose == purpose
    assert len(guides._guides.values) == 2


def test_equal_guides_of_two_orgs_are_in_memory_once(
    interview_request: InterviewRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = InterviewRequestFactory.create(interview_type__guide=interview_request.interview_type.guide)
    assert other.org_id != interview_request.org_id
    assert guide_of(with_versions(other)) is guide_of(with_versions(interview_request))
    kind = other.interview_type
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide={**kind.guide, "purpose": "New"}, actor=SAM)
    assert guide_of(with_versions(other)).purpose == "New"
    assert guide_of(with_versions(interview_request)).purpose != "New"
