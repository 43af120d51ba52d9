"""Migrations that convert rows. Each takes seconds: all tables are migrated back and forth."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from contacts.models import Contact
from hindsight.db.search import search_text_of
from interviews.lifecycle import Engine, Move, Speaker
from interviews.models import Conversation, InterviewRequest, InterviewType, Turn
from interviews.paige.guide.formats import in_current_format
from interviews.services.conversation_steps import next_question
from interviews.services.progress import mark_abandoned
from orgs.models import Org
from tests.factories import ContactFactory
from tests.interviews.old_guides import old_guide

pytestmark = pytest.mark.usefixtures("transactional_db")


@contextmanager
def migrated_to(*targets: tuple[str, str]) -> Iterator[Any]:
    """Yields the models after these migrations; at the end, migrates to the latest ones, which the next test needs."""
    executor = MigrationExecutor(connection)
    executor.migrate([*targets])
    try:
        yield executor.loader.project_state([*targets]).apps
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


def test_a_running_interview_goes_on_after_the_migration() -> None:
    now = timezone.now()
    with migrated_to(("interviews", "0010_version"), ("orgs", "0007_audit_days")) as before:
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

    assert Conversation.objects.get().guide == InterviewType.objects.get().guide == in_current_format(old_guide())
    asked = Turn.objects.filter(speaker=Speaker.PAIGE)
    assert [(turn.move, turn.follow_up, turn.engine) for turn in asked] == [
        (Move.QUESTION, None, Engine.RULES),
        (Move.FOLLOW_UP, 0, Engine.RULES),
    ]
    assert next_question(InterviewRequest.objects.get()).question
    last = Turn.objects.latest("number")
    assert last.text.endswith(("Which reason of trigger?", "What about price?"))


def test_existing_rows_can_be_searched() -> None:
    with migrated_to(("contacts", "0003_version"), ("orgs", "0013_second_factor_events")) as before:
        org = before.get_model("orgs", "Org").objects.create(name="Größe", slug="groesse", plan="growth")
        contacts = before.get_model("contacts", "Contact").objects
        for number in range(5):
            contacts.create(org=org, email=f"zoe{number}@example.com", name="Zoë", notes="Old", version=3)

    found = Contact.objects.search("zoe").order_by("email")
    assert [row.search_text for row in found] == [f" zoe{number}@example.com\n zoe" for number in range(5)]
    assert {row.version for row in found} == {3}
    assert Org.objects.search("grosse").get().slug == "groesse"
    created = ContactFactory.create(org=Org.objects.get())
    assert Contact.objects.get(pk=created.pk).search_text == search_text_of(created.email, created.name)


PROGRESS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "not_started": ({}, None),
    "started": ({"flags": "wants_to_stop"}, {"stage": "in_progress"}),
    "abandoned": ({}, {"stage": "recap", "last_activity_at": timezone.now() - timedelta(days=8)}),
    "completed": ({"status": "completed", "completed_at": timezone.now()}, {"stage": "completed"}),
    "declined": ({"flags": "declined"}, None),
}


def test_existing_interviews_have_a_progress() -> None:
    now = timezone.now()
    with migrated_to(("interviews", "0028_subjects"), ("orgs", "0023_names_subjects")) as before:
        org = before.get_model("orgs", "Org").objects.create(name="Acme", slug="acme", plan="growth")
        contact = before.get_model("contacts", "Contact").objects.create(org=org, email="alice@example.com", version=1)
        kind = before.get_model("interviews", "InterviewType").objects.create(org=org, name="Old", guide=old_guide())
        for name, (values, conversation) in PROGRESS.items():
            rows = before.get_model("interviews", "InterviewRequest").objects
            links = {"org": org, "contact": contact, "interview_type": kind, "survey_token": name.ljust(43, "x")}
            row = rows.create(deal_id=name, **links, **values)
            if conversation:
                is_over = conversation["stage"] in ("recap", "completed")
                times = {"consented_at": now, "last_activity_at": now, "finished_at": now if is_over else None}
                before.get_model("interviews", "Conversation").objects.create(
                    org=org, interview_request=row, guide=old_guide(), **{**times, **conversation}
                )

    assert dict(InterviewRequest.objects.values_list("deal_id", "progress")) == {name: name for name in PROGRESS}
    assert set(InterviewRequest.objects.values_list("version", flat=True)) == {1}
    assert mark_abandoned().total() == 0


CLAIMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "all": ({"id_token": {"sub": "a1", "email": "ann@example.com", "name": "Ann"}}, {"email": "ann@example.com"}),
    "no email": ({"id_token": {"sub": "a1"}}, {"email": ""}),
    "no token": ({"id_token": None}, {"email": ""}),
    "converted": ({"email": "ann@example.com"}, {"email": "ann@example.com"}),
    "none": ({}, {}),
}


def test_of_the_claims_of_a_link_only_the_address_stays() -> None:
    with migrated_to(("staff", "0001_saved_views")):
        for uid, (claims, _) in CLAIMS.items():
            user = User.objects.create(username=uid, is_staff=True)
            SocialAccount.objects.create(user=user, provider="sso", uid=uid, extra_data=claims)

    stored = dict(SocialAccount.objects.values_list("uid", "extra_data"))
    assert stored == {uid: after for uid, (_, after) in CLAIMS.items()}
