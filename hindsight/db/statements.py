"""Executes SQL of our own. On PostgreSQL, outside a transaction, constant statements are prepared (decision 2)."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar, get_type_hints

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from hindsight.db.errors import DEADLOCK, sqlstate_of

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# A repeated transaction can become the victim again.
REPEATS = 3

_AS_TEXT = "CAST({} AS text)"
TimeText = Annotated[str, _AS_TEXT]
Time = Annotated[str | None, _AS_TEXT]


def fetch_row(statement: str, parameters: Mapping[str, Any]) -> Any:
    """Returns the first row as a tuple, or None."""
    rows = fetch_rows(statement, parameters)
    return rows[0] if rows else None


def fetch_rows(statement: str, parameters: Mapping[str, Any], *, prepare: bool = True) -> list[tuple[Any, ...]]:
    database = connections[DEFAULT_DB_ALIAS]  # django.db.connection would look it up for each attribute
    fetch_prepared = getattr(database, "fetch_prepared", None) if prepare else None
    needs_cursor = database.in_atomic_block or database.execute_wrappers or database.queries_logged
    if fetch_prepared and not needs_cursor:
        return fetch_prepared(statement, parameters)  # type: ignore[no-any-return]
    with database.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def select_list(columns: type, table: str) -> str:
    """`columns`: a NamedTuple with a field for each column. `table`: the alias of the main table.

    A field is the column of its name in the main table. `Annotated[str, "contact."]` is that of another table, and
    `Annotated[str, "contact.email"]` any other expression.
    """
    hints = get_type_hints(columns, include_extras=True)
    return ", ".join(_expression(name, hint, f"{table}.") for name, hint in hints.items())


def _expression(name: str, hint: Any, table: str) -> str:
    declared = getattr(hint, "__metadata__", ())
    expression: str = next((text for text in declared if text != _AS_TEXT), table)
    if expression.endswith("."):
        expression += name
    return _AS_TEXT.format(expression) if _AS_TEXT in declared else expression


def retried(transaction: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Repeats an outermost transaction after a deadlock."""

    @wraps(transaction)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        repeats = 0 if connections[DEFAULT_DB_ALIAS].in_atomic_block else REPEATS
        for _ in range(repeats):
            try:
                return transaction(*args, **kwargs)
            except DatabaseError as error:
                if sqlstate_of(error) != DEADLOCK:
                    raise
        return transaction(*args, **kwargs)

    return run
