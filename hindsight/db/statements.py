from collections.abc import Mapping
from typing import Any

from django.db import connection


def fetch_row(statement: str, parameters: Mapping[str, Any]) -> Any:
    """Executes a constant statement, and returns its first row as a tuple, or None.

    On PostgreSQL, outside a transaction, the statement is prepared (`DatabaseWrapper.fetch_prepared`).
    """
    fetch_prepared = getattr(connection, "fetch_prepared", None)
    needs_cursor = connection.in_atomic_block or connection.execute_wrappers or connection.queries_logged
    if fetch_prepared and not needs_cursor:
        return fetch_prepared(statement, parameters)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()
