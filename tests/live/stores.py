"""The database of the live servers, and access to it from the test process."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler

from hindsight.db.configuration import database_of

ON_POSTGRESQL: bool = settings.DATABASE_URL.startswith("postgres")


@contextmanager
def orm_at(database_url: str) -> Iterator[None]:
    """Connects this thread to that database."""
    own = connections["default"]
    live = ConnectionHandler({"default": database_of(database_url)})["default"]
    connections["default"] = live
    try:
        yield
    finally:
        connections["default"] = own
        live.close()


@contextmanager
def migrated_database(directory: Path) -> Iterator[str]:
    """Yields the URL of a new database, on SQLite or on the server in DATABASE_URL."""
    with new_postgresql_database() if ON_POSTGRESQL else new_sqlite_database(directory) as url:
        with orm_at(url):
            call_command("migrate", verbosity=0)
        yield url


@contextmanager
def new_sqlite_database(directory: Path) -> Iterator[str]:
    yield f"sqlite:///{directory / 'live.sqlite3'}"


@contextmanager
def new_postgresql_database() -> Iterator[str]:
    name = f"live_{token_hex(8)}"
    with closing(psycopg.connect(settings.DATABASE_URL, autocommit=True)) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
