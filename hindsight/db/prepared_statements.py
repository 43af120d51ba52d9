from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def fetch_row(statement: str, parameters: Mapping[str, Any]) -> Any:
    """Executes a constant statement. Returns the first row as a tuple, or None.

    On PostgreSQL, outside a transaction, the statement is prepared (decision 2).
    """
    database = connections[DEFAULT_DB_ALIAS]  # django.db.connection would look it up for each attribute
    fetch_prepared = getattr(database, "fetch_prepared", None)
    needs_cursor = database.in_atomic_block or database.execute_wrappers or database.queries_logged
    if fetch_prepared and not needs_cursor:
        return fetch_prepared(statement, parameters)
    with database.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


@contextmanager
def without_prepared_statements() -> Iterator[None]:
    """Prepares no statements (decisions 33 and 60): a plan for any text may read a table from its end."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    unprepared = getattr(database, "unprepared", None)
    with unprepared() if unprepared and database.connection is not None else nullcontext():
        yield
