"""Which column of a CSV file is which field, in files whose columns have any names."""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Layout:
    """`columns`: the field of each column, or "". `is_exported`: whether it is our export, which escapes formulas."""

    columns: tuple[str, ...]
    delimiter: str = ","
    is_exported: bool = False


def read_header(line: str) -> tuple[list[str], str]:
    """Returns the cells of a file's first line, and the delimiter. Raises ValidationError."""
    try:
        headers = {delimiter: next(csv.reader([line], delimiter=delimiter, strict=True), []) for delimiter in ",;\t"}
    except csv.Error as error:
        raise ValidationError(f"The first line is not a valid CSV row: {error}.") from None
    delimiter = max(headers, key=lambda one: len(headers[one]))
    return headers[delimiter], delimiter


def plain_names(header: Sequence[str]) -> list[str]:
    return [re.sub(r"[^a-z]", "", name.lower()) for name in header]


def guess_columns(
    names: Sequence[str], guesses: Mapping[str, Collection[str]], *, joined: Collection[str] = ()
) -> tuple[str, ...]:
    """`names`: plain ones. `guesses`: by field. Only a field in `joined` can have several columns."""
    columns: list[str] = []
    for name in names:
        field = next((field for field, known in guesses.items() if name in known), "")
        columns.append("" if field in columns and field not in joined else field)
    return tuple(columns)


def shortened(name: str) -> str:
    """For messages: a name from a file can have a million characters."""
    return name if len(name) <= SHOWN_CHARACTERS else f"{name[:SHOWN_CHARACTERS]}…"
