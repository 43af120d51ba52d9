from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import connection


def fetch_row(statement: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
    """Executes a constant statement, and returns its first row as a tuple, or None.

    On PostgreSQL the statement's cursor stays open (`DatabaseWrapper.cursor_of`).
    """
    cursor_of = getattr(connection, "cursor_of", None)
    with nullcontext(cursor_of(statement)) if cursor_of else connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()
