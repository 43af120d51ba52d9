"""Guides and turns from before follow-ups had kinds are converted."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.utils import timezone

from interviews import services
from interviews.lifecycle import Engine, Move, Speaker
from interviews.models import Conversation, InterviewRequest, InterviewType, Turn
from interviews.paige.guide.formats import in_current_format
from interviews.paige.guide.guide import Guide, Kind
from tests.interviews.old_guides import old_guide
from tests.migrations import migrate_to_the_latest, migrated_to

BEFORE = [("interviews", "0010_version"), ("orgs", "0007_audit_days")]

migration = import_module("interviews.migrations.0011_moves")


def test_a_guide_is_converted_to_a_valid_one_with_the_same_texts() -> None:
    guide = Guide.from_data(in_current_format(old_guide()))
    assert (guide.version, [topic.phrases for topic in guide.topics]) == (7, [("trigger",), ("price",)])
    assert [each.kind for each in guide.topics[1].follow_ups] == list(Kind)
    assert guide.topics[1].wordings() == ("What about price?", *(f"Which {kind} of price?" for kind in Kind))


def test_a_converted_guide_is_not_converted_again() -> None:
    converted = in_current_format(old_guide())
    assert in_current_format(converted) == converted


@pytest.fixture
def before(transactional_db: None) -> Iterator[Any]:
    """The models before the migration."""
    with migrated_to(BEFORE) as models:
        yield models


def test_a_running_interview_goes_on_after_the_migration(before: Any) -> None:
    now = timezone.now()
    org = before.get_model("orgs", "Org").objects.create(name="Acme", slug="acme", plan="growth")
    contact = before.get_model("contacts", "Contact").objects.create(org=org, email="alice@example.com")
    kind = before.get_model("interviews", "InterviewType").objects.create(org=org, name="Old", guide=old_guide())
    row = before.get_model("interviews", "InterviewRequest").objects.create(
        org=org, contact=contact, interview_type=kind, survey_token="x" * 43
    )
    before.get_model("interviews", "Conversation").objects.create(
        org=org,
        interview_request=row,
        stage="in_progress",
        guide=old_guide(),
        consented_at=now,
        last_activity_at=now,
    )
    turns = [("question", "What about trigger?"), ("probe", "Which instance of trigger?")]
    for number, (move, text) in enumerate(turns):
        said = {"org": org, "interview_request": row, "topic": "trigger", "guide_version": 7}
        turn = before.get_model("interviews", "Turn").objects
        turn.create(**said, number=2 * number + 1, speaker="paige", move=move, text=text, engine="guided")
        turn.create(**said, number=2 * number + 2, speaker="contact", move="answer", text="It was slow.")

    migrate_to_the_latest()

    assert Conversation.objects.get().guide == InterviewType.objects.get().guide == in_current_format(old_guide())
    asked = Turn.objects.filter(speaker=Speaker.PAIGE)
    assert [(turn.move, turn.follow_up, turn.engine) for turn in asked] == [
        (Move.QUESTION, None, Engine.RULES),
        (Move.FOLLOW_UP, 0, Engine.RULES),
    ]
    assert services.next_question(InterviewRequest.objects.get()).question
    last = Turn.objects.latest("number")
    assert last.text in ("Which reason of trigger?", "What about price?")
