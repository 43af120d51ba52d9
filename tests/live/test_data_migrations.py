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

from interviews.models import InterviewRequest
from interviews.services.conversations import mark_abandoned
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


PROGRESS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "not_started": ({}, None),
    "started": ({"flags": "wants_to_stop"}, {"stage": "in_progress"}),
    "abandoned": ({}, {"stage": "recap", "last_activity_at": timezone.now() - timedelta(days=8)}),
    "completed": ({"status": "completed", "completed_at": timezone.now()}, {"stage": "completed"}),
    "declined": ({"flags": "declined"}, None),
}


def test_existing_interviews_have_a_progress() -> None:
    now = timezone.now()
    with migrated_to(("interviews", "0030_columns_of_turns")) as before:
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


def test_saved_views_without_a_login_are_deleted_before_the_foreign_key_returns() -> None:
    """Servers without saved views delete only the login."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO staff_savedview (list, name, query, user_id) VALUES ('orgs_org', 'Gone', '', 987)")
    with migrated_to(("staff", "0001_saved_views")) as before:
        assert not before.get_model("staff", "SavedView").objects.exists()
