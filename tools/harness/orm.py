import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.utils import ConnectionHandler

from hindsight.db.configuration import database_of


def set_up_django(database_url: str, redis_url: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "hindsight.settings", "HINDSIGHT_ENV": "development"}
    os.environ |= {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    import django

    django.setup()


@contextmanager
def orm_at(database_url: str) -> Iterator[None]:
    """Connects this thread to that database. Django must be set up."""
    own = connections["default"]
    other = ConnectionHandler({"default": database_of(database_url)})["default"]
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = own
        other.close()
