from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


def fetch_row(statement: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
    """Executes a constant statement, and returns its first row as a tuple, or None.

    On PostgreSQL the statement's cursor stays open (`DatabaseWrapper.cursor_of`).
    """
    if (cursor_of := getattr(connection, "cursor_of", None)) is not None:
        cursor = cursor_of(statement)
        cursor.execute(statement, parameters)
        return cursor.fetchone()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()
