"""`manage.py migrate` finds the servers that use the database."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from hindsight import __version__
from hindsight.db.servers import connected_servers
from tests.live.stores import ON_POSTGRESQL, new_database
from tools.harness.orm import orm_at
from tools.harness.processes import eventually
from tools.harness.web import start_worker

BREAKING = {"db": "tests.hindsight.db.migrations.stop_first"}
LOCKS = "from hindsight.db.servers import announce_server; announce_server(); print(flush=True); input()"


@pytest.fixture
def database_url(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of its own: other tests may use theirs at the same time."""
    with django_db_blocker.unblock(), new_database(tmp_path) as url, orm_at(url):
        yield url


@contextmanager
def sessions_named(database_url: str, *names: str) -> Iterator[None]:
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(closing(psycopg.connect(database_url, application_name=name)))
        yield


@contextmanager
def server_process(database_url: str) -> Iterator[None]:
    """A process that only does what each process of a server does at its start."""
    shell = [sys.executable, "manage.py", "shell", "--no-imports", "--command", LOCKS]
    environment = {"HINDSIGHT_ENV": "development", "DATABASE_URL": database_url}
    with subprocess.Popen(shell, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield
        process.kill()


@contextmanager
def old_server(database_url: str) -> Iterator[None]:
    """On SQLite its version is unknown."""
    with sessions_named(database_url, "hindsight 0.1.9") if ON_POSTGRESQL else server_process(database_url):
        yield


def migrate(*arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command("migrate", *arguments, stdout=output, **options)
    return output.getvalue()


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "contacts_contact")}


def test_the_versions_of_servers(database_url: str) -> None:
    if not ON_POSTGRESQL:
        assert connected_servers(other_versions_only=True) == []
        with server_process(database_url):
            assert connected_servers(other_versions_only=True) == ["a server on this machine"]
        assert connected_servers(other_versions_only=True) == []
        return
    own = f"hindsight {__version__}"
    with sessions_named(database_url, "", "psql", own, own, "hindsight 0.1.9"):
        others = ["1 session without a name, as those of version 0.1.0", "1 session of version 0.1.9"]
        assert connected_servers(other_versions_only=True) == others
        assert set(connected_servers(other_versions_only=False)) == {*others, f"2 sessions of version {__version__}"}


def test_a_worker_counts_until_it_is_killed(database_url: str, tmp_path: Path) -> None:
    migrate(verbosity=0)
    with (tmp_path / "log").open("wb") as log, start_worker(database_url, log) as worker:
        assert eventually(lambda: connected_servers(other_versions_only=False) != [], seconds=60)
        worker.kill()
    assert eventually(lambda: connected_servers(other_versions_only=False) == [])


def test_a_new_database_is_no_upgrade(database_url: str) -> None:
    with old_server(database_url):
        assert "This upgrade" not in migrate()


def test_stop_first(database_url: str, settings: Settings) -> None:
    migrate(verbosity=0)
    settings.MIGRATION_MODULES = BREAKING
    with old_server(database_url):
        with pytest.raises(CommandError, match=r"^Nothing was migrated. .*db.0001_rename_notes.*Connected: "):
            migrate()
        assert "notes" in columns()
    assert "This upgrade is stop first: no server may run" in migrate()
    assert "renamed_notes" in columns()


def test_by_force_and_back_to_a_release(database_url: str, settings: Settings) -> None:
    migrate(verbosity=0)
    settings.MIGRATION_MODULES = BREAKING
    with old_server(database_url):
        migrate("--force")
        assert "renamed_notes" in columns()
        with pytest.raises(CommandError, match=r"^Nothing was migrated"):
            migrate("--to-release", "0.1.0")
    migrate("--to-release", "0.1.0")
    assert "notes" in columns()
    assert ("db", "0001_rename_notes") not in MigrationRecorder(connection).applied_migrations()


def test_a_part_of_a_squashed_migration(database_url: str) -> None:
    migrate(verbosity=0)
    for name in ("0028_columns_of_requests", "0045_readings"):
        MigrationRecorder(connection).record_unapplied("interviews", name)
    with pytest.raises(CommandError, match=r"has a part of interviews.0028_columns_of_requests"):
        migrate()


def test_rolling(database_url: str, settings: Settings) -> None:
    migrate(verbosity=0)
    settings.MIGRATION_MODULES = {"db": "tests.hindsight.db.migrations.rolling"}
    with old_server(database_url):
        assert "This upgrade is rolling: servers of the release before can go on." in migrate()
    assert "mood" in columns()
