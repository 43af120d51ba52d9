from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def fetch_row(statement: str, parameters: Mapping[str, Any]) -> Any:
    """Executes a constant statement, and returns its first row as a tuple, or None.

    On PostgreSQL, outside a transaction, the statement is prepared (`DatabaseWrapper.fetch_prepared`).
    """
    database = connections[DEFAULT_DB_ALIAS]  # each access to an attribute of django.db.connection looks it up
    fetch_prepared = getattr(database, "fetch_prepared", None)
    needs_cursor = database.in_atomic_block or database.execute_wrappers or database.queries_logged
    if fetch_prepared and not needs_cursor:
        return fetch_prepared(statement, parameters)
    with database.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()
