from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def fetch_row(statement: str, parameters: Mapping[str, Any]) -> Any:
    """Executes a constant statement. Returns the first row as a tuple, or None. As `fetch_rows`."""
    rows = fetch_rows(statement, parameters)
    return rows[0] if rows else None


def fetch_rows(statement: str, parameters: Mapping[str, Any], *, prepare: bool = True) -> list[tuple[Any, ...]]:
    """On PostgreSQL, outside a transaction, the statement is prepared (decision 2)."""
    database = connections[DEFAULT_DB_ALIAS]  # django.db.connection would look it up for each attribute
    fetch_prepared = getattr(database, "fetch_prepared", None) if prepare else None
    needs_cursor = database.in_atomic_block or database.execute_wrappers or database.queries_logged
    if fetch_prepared and not needs_cursor:
        return fetch_prepared(statement, parameters)  # type: ignore[no-any-return]
    with database.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
