"""The columns of a SELECT, each declared once as a field of a NamedTuple.

A field is the column of its name in the main table. `Annotated[str, "contact."]` is that of another table, and
`Annotated[str, "contact.email"]` any other expression.
"""

from typing import Annotated, Any, get_type_hints

_AS_TEXT = "CAST({} AS text)"
TimeText = Annotated[str, _AS_TEXT]
Time = Annotated[str | None, _AS_TEXT]


def select_list(columns: type, table: str) -> str:
    """`table`: the alias of the main table."""
    hints = get_type_hints(columns, include_extras=True)
    return ", ".join(_expression(name, hint, f"{table}.") for name, hint in hints.items())


def _expression(name: str, hint: Any, table: str) -> str:
    declared = getattr(hint, "__metadata__", ())
    expression: str = next((text for text in declared if text != _AS_TEXT), table)
    if expression.endswith("."):
        expression += name
    return _AS_TEXT.format(expression) if _AS_TEXT in declared else expression
