"""The database of the live servers, and access to it from the test process."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command

from tools.harness.orm import orm_at

ON_POSTGRESQL: bool = settings.DATABASE_URL.startswith("postgres")


@contextmanager
def migrated_database(directory: Path) -> Iterator[str]:
    with new_database(directory) as url:
        with orm_at(url):
            call_command("migrate", verbosity=0)
        yield url


@contextmanager
def new_database(directory: Path) -> Iterator[str]:
    """Yields the URL of a new database, on SQLite or on the server in DATABASE_URL."""
    with new_postgresql_database() if ON_POSTGRESQL else new_sqlite_database(directory) as url:
        yield url


@contextmanager
def new_sqlite_database(directory: Path) -> Iterator[str]:
    yield f"sqlite:///{directory / 'live.sqlite3'}"


@contextmanager
def new_postgresql_database() -> Iterator[str]:
    name = f"live_{token_hex(8)}"
    execute(settings.DATABASE_URL, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    finally:
        execute(settings.DATABASE_URL, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def web_role_at(database_url: str) -> Iterator[str]:
    """Creates a role with the rights of scripts/web_role.sql. Yields its DATABASE_URL."""
    role, password = f"hindsight_web_{token_hex(8)}", token_hex(16)
    grants = (settings.BASE_DIR / "scripts" / "web_role.sql").read_text(encoding="utf-8")
    execute(database_url, f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    try:
        execute(database_url, grants.replace("hindsight_web", role))
        url = urlsplit(database_url)
        yield url._replace(netloc=f"{role}:{password}@{url.netloc.rpartition('@')[2]}").geturl()
    finally:
        # The locks of open sessions would block DROP OWNED.
        execute(database_url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'")
        execute(database_url, f"DROP OWNED BY {role}; DROP ROLE {role}")


def execute(database_url: str, sql: str) -> None:
    """In a connection of its own: tests end the open ones."""
    with closing(psycopg.connect(database_url, autocommit=True)) as session:
        session.execute(sql.encode())
