"""Staff edit guides. Interviews that have begun keep the guide they began with."""

import json
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.paige.guide.formats import in_current_format
from interviews.paige.guide.guide import GuideError, shipped_guide
from interviews.services import guides
from interviews.services.conversation_steps import give_consent
from interviews.services.guides import edit_guide
from interviews.services.interview_types import create_interview_type
from orgs import audit
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.history import history_of

ANN = Actor(ActorKind.STAFF, "ann", "req-1")


@pytest.fixture
def interview_type(acme: Org) -> InterviewType:
    return create_interview_type(org=acme, guide=shipped_guide("win_loss_buyer"))


def edited(interview_type: InterviewType, **changes: Any) -> dict[str, Any]:
    return {**deepcopy(interview_type.guide), **changes}


def edit(interview_type: InterviewType, guide: dict[str, Any]) -> InterviewType:
    return edit_guide(org_id=interview_type.org_id, interview_type_id=interview_type.pk, guide=guide, actor=ANN)


def test_an_edit_increments_the_version(interview_type: InterviewType) -> None:
    edit(interview_type, edited(interview_type, closing_question="What did I miss?", name="Win-loss, short"))
    stored = InterviewType.objects.get()
    assert (stored.name, stored.guide["version"]) == ("Win-loss, short", 2)
    assert in_current_format(stored.guide) == edited(
        interview_type, closing_question="What did I miss?", name="Win-loss, short", version=2
    )


@pytest.mark.django_db(transaction=True)
def test_the_victim_of_a_deadlock_is_repeated(interview_type: InterviewType, monkeypatch: pytest.MonkeyPatch) -> None:
    causes = [DeadlockDetected()]

    def fail_once(*given: Any, **named: Any) -> None:
        if causes:
            raise OperationalError from causes.pop()
        audit.record(*given, **named)

    monkeypatch.setattr(guides, "record", fail_once)
    edit(interview_type, edited(interview_type, closing_question="What did I miss?"))
    assert InterviewType.objects.get().guide["version"] == 2
    assert Change.objects.count() == 1


def test_servers_of_0_1_0_can_load_what_is_stored(interview_type: InterviewType) -> None:
    stored = edit(interview_type, edited(interview_type, max_turns=19)).guide
    assert [topic["phrases"] for topic in stored["topics"]] == [[]] * len(stored["topics"])
    assert edit(interview_type, in_current_format(stored)).guide == stored, "it is equal"


def test_the_audit_keeps_the_earlier_guide(interview_type: InterviewType) -> None:
    before = interview_type.guide_text
    edit(interview_type, edited(interview_type, closing_question="What did I miss?"))
    [change] = Change.objects.of(interview_type)
    assert (change.field, change.before, change.actor, change.request_id) == ("guide", before, "ann", "req-1")
    after = before.replace(interview_type.guide["closing_question"], "What did I miss?")
    assert history_of(interview_type) == [("guide", before, after)]


def test_the_history_of_a_guide_has_the_text_of_each_version(interview_type: InterviewType) -> None:
    texts = [interview_type.guide_text]
    for turns in (10, 11, 10):
        interview_type = edit(interview_type, edited(interview_type, max_turns=turns))
        texts.append(interview_type.guide_text)
    assert history_of(interview_type) == [("guide", before, after) for before, after in pairwise(texts)]


def test_a_guide_from_before_there_were_languages_can_be_read_and_edited(interview_type: InterviewType) -> None:
    interview_type.guide = {name: value for name, value in interview_type.guide.items() if name != "language"}
    interview_type.save()
    unchanged = {**json.loads(interview_type.guide_text), "version": 1}
    assert edit(interview_type, unchanged).guide["version"] == 1
    assert edit(interview_type, {**unchanged, "language": "de"}).guide["version"] == 2
    assert '"language": "de"' in InterviewType.objects.get().guide_text


def test_an_equal_guide_gets_no_new_version(interview_type: InterviewType) -> None:
    edit(interview_type, edited(interview_type))
    assert InterviewType.objects.get().guide["version"] == 1
    assert not Change.objects.exists()


def test_the_second_of_two_edits_of_one_version_is_refused(interview_type: InterviewType) -> None:
    edit(interview_type, edited(interview_type, max_turns=10))
    with pytest.raises(ValidationError, match="now at version 2; your edit is of version 1"):
        edit(interview_type, edited(interview_type, max_turns=14))
    assert InterviewType.objects.get().guide["max_turns"] == 10


def test_an_invalid_guide_is_refused(interview_type: InterviewType) -> None:
    guide = edited(interview_type)
    guide["topics"][0]["question"] = "Tell me."
    with pytest.raises(GuideError, match=r"^guide\.topics\[0\]\.question: Must have a question mark\.$"):
        edit(interview_type, guide)
    assert InterviewType.objects.get().guide == interview_type.guide


def test_two_types_of_an_org_cannot_have_the_same_name(interview_type: InterviewType) -> None:
    other = InterviewTypeFactory.create(
        org=interview_type.org, name="Other", guide=edited(interview_type, name="Other")
    )
    with pytest.raises(ValidationError):
        edit(other, edited(other, name=interview_type.name))
    assert InterviewType.objects.get(pk=other.pk).name == "Other"


def test_another_orgs_type_is_not_found(interview_type: InterviewType, globex: Org) -> None:
    with pytest.raises(InterviewType.DoesNotExist):
        edit_guide(
            org_id=globex.pk, interview_type_id=interview_type.pk, guide=edited(interview_type, max_turns=10), actor=ANN
        )
    assert InterviewType.objects.get().guide == interview_type.guide


def test_a_running_interview_keeps_its_guide(interview_type: InterviewType) -> None:
    running, later = (
        InterviewRequestFactory.create(org=interview_type.org, interview_type=interview_type) for _ in range(2)
    )
    give_consent(running)
    edit(interview_type, edited(interview_type, closing_question="What did I miss?"))
    give_consent(InterviewRequest.objects.get(pk=later.pk))
    assert Conversation.objects.get(pk=running.pk).guide == interview_type.guide
    assert Conversation.objects.get(pk=later.pk).guide["version"] == 2
