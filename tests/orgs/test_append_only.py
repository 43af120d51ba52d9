"""On PostgreSQL, a trigger refuses what the ORM's models refuse, also to the owner of the tables."""

from datetime import timedelta
from importlib import import_module
from secrets import token_hex
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from interviews.models import InterviewRequest
from orgs.actors import Actor, ActorKind
from orgs.audit_removal import erase_changes, purge_security_events
from orgs.models import Change, EventKind, SecurityEvent
from orgs.security_events import record_security_event
from tests.client import ApiClient

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no trigger"),
]

ROOT = Actor(ActorKind.STAFF, "root")
REFUSED = "was refused: the audit is append-only"


@pytest.fixture(autouse=True)
def rows(acme_api: ApiClient, interview_request: Any) -> tuple[Change, SecurityEvent]:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    record_security_event(EventKind.EXPORT, Actor(ActorKind.STAFF, "ann"), about=interview_request.org)
    connection.check_constraints()  # TRUNCATE fails while a check is pending
    return Change.objects.get(), SecurityEvent.objects.latest("pk")


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE orgs_change SET before = 'Never said'",
        "DELETE FROM orgs_change",
        "DELETE FROM orgs_change WHERE org_id = 0",
        "TRUNCATE orgs_change",
        "TRUNCATE orgs_org CASCADE",
        "UPDATE orgs_securityevent SET actor = 'nobody'",
        "DELETE FROM orgs_securityevent",
        "TRUNCATE orgs_securityevent",
        "SELECT orgs_delete_changes(org_id, 'acme', 'staff', 'root', '') FROM orgs_change",
    ],
)
def test_sql_is_refused(rows: tuple[Change, SecurityEvent], sql: str) -> None:
    with pytest.raises(ProgrammingError, match=f"{REFUSED}|The audit of an org is deleted after the org"):
        execute(sql)
    assert (Change.objects.get().before, SecurityEvent.objects.latest("pk").actor) == ("Old objective", "ann")


@pytest.mark.parametrize("model", [Change, SecurityEvent])
def test_the_orm_is_refused_where_it_bypasses_the_models(model: type[Change] | type[SecurityEvent]) -> None:
    for write in (QuerySet.delete, lambda found: QuerySet.update(found, actor="nobody")):
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            write(model._base_manager.all())
    assert model._base_manager.exists()
    assert not model._base_manager.filter(actor="nobody").exists()


def test_the_migration_needs_no_superuser(interview_request: InterviewRequest) -> None:
    migration = import_module("orgs.migrations.0020_append_only")
    role = f"owner_{token_hex(8)}"  # rolled back with the test
    with connection.schema_editor() as editor:
        migration.uninstall(None, editor)
    execute(f"CREATE ROLE {role}; GRANT USAGE, CREATE ON SCHEMA public TO {role}; GRANT SELECT ON orgs_org TO {role}")
    execute(f"ALTER TABLE orgs_change OWNER TO {role}; ALTER TABLE orgs_securityevent OWNER TO {role}")
    execute(f"SET LOCAL ROLE {role}")
    with connection.schema_editor() as editor:
        migration.install(None, editor)
    erase_changes(interview_request, actor=ROOT)
    purge_security_events(timezone.now() + timedelta(days=1))
    with pytest.raises(ProgrammingError, match=REFUSED):
        execute("DELETE FROM orgs_change")
    execute("RESET ROLE")
    assert [change.is_erased for change in Change.objects.of(interview_request)] == [True, True]
    assert not SecurityEvent.objects.exists()


def test_purge_leaves_nothing_allowed() -> None:
    count = SecurityEvent.objects.count()
    assert purge_security_events(timezone.now() + timedelta(days=1)) == count
    with pytest.raises(ProgrammingError, match=REFUSED):
        execute("DELETE FROM orgs_securityevent")
