from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def planned_with_parameters() -> Iterator[None]:
    """Prepares no statements in the context.

    PostgreSQL may execute a prepared statement with a generic plan. For `LIKE $1` with a limit, this plan
    reads a table from its end until enough rows match.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    unprepared = getattr(database, "unprepared", None)
    with unprepared() if unprepared and database.connection is not None else nullcontext():
        yield
