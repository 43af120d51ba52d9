"""Staff edit guides. Interviews that have begun keep the guide they began with."""

from typing import Any

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from interviews.models import InterviewType
from interviews.paige.guide.guide import shipped_guide
from interviews.paige.guide.rules import in_current_format
from interviews.services import interview_types
from interviews.services.interview_types import create_interview_type, edit_guide
from orgs import audit
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.history import history_of

ANN = Actor(ActorKind.STAFF, "ann", "req-1")


@pytest.fixture
def interview_type(acme: Org) -> InterviewType:
    return create_interview_type(org=acme, guide=shipped_guide("win_loss_buyer"))


def edit(interview_type: InterviewType, **changes: Any) -> None:
    guide = {**interview_type.guide, **changes}
    edit_guide(org_id=interview_type.org_id, interview_type_id=interview_type.pk, guide=guide, actor=ANN)


def test_an_edit_increments_the_version(interview_type: InterviewType) -> None:
    changes = {"closing_question": "What did I miss?", "name": "Win-loss, short"}
    edit(interview_type, **changes)
    stored = InterviewType.objects.get()
    assert stored.name == "Win-loss, short"
    assert in_current_format(stored.guide) == {**interview_type.guide, **changes, "version": 2}


@pytest.mark.django_db(transaction=True)
def test_the_victim_of_a_deadlock_is_repeated(interview_type: InterviewType, monkeypatch: pytest.MonkeyPatch) -> None:
    causes = [DeadlockDetected()]

    def fail_once(*given: Any, **named: Any) -> None:
        if causes:
            raise OperationalError from causes.pop()
        audit.record(*given, **named)

    monkeypatch.setattr(interview_types, "record", fail_once)
    edit(interview_type, closing_question="What did I miss?")
    assert InterviewType.objects.get().guide["version"] == 2
    assert Change.objects.count() == 1


def test_the_audit_keeps_the_earlier_guide(interview_type: InterviewType) -> None:
    before = interview_type.guide_text
    edit(interview_type, closing_question="What did I miss?")
    [change] = Change.objects.of(interview_type)
    assert (change.field, change.before, change.actor, change.request_id) == ("guide", before, "ann", "req-1")
    after = before.replace(interview_type.guide["closing_question"], "What did I miss?")
    assert history_of(interview_type) == [("guide", before, after)]


def test_another_orgs_type_is_not_found(interview_type: InterviewType, globex: Org) -> None:
    guide = {**interview_type.guide, "max_turns": 10}
    with pytest.raises(InterviewType.DoesNotExist):
        edit_guide(org_id=globex.pk, interview_type_id=interview_type.pk, guide=guide, actor=ANN)
    assert InterviewType.objects.get().guide == interview_type.guide
