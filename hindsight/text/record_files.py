import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from hindsight.text.visible import stored, visible

Record = dict[str, Any]

# Spreadsheets execute cells that start with these: a buyer could answer =HYPERLINK(…).
# https://owasp.org/www-community/attacks/CSV_Injection
SPLIT_STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four are full-width = + - @
FORMULA_STARTS = f"{SPLIT_STARTS}\t\r\n"
# A text with an apostrophe gets another one, so that the original can be restored.
FORMULA = re.compile(f"^('*[{FORMULA_STARTS}])")
AFTER_SEPARATOR = re.compile(f"([,;\\t|][ \"']*)([{SPLIT_STARTS}])")
ESCAPED = re.compile(f"^'('*[{FORMULA_STARTS}])")
ESCAPED_AFTER_SEPARATOR = re.compile(f"([,;\\t|][ \"']*)'([{SPLIT_STARTS}])")
BYTE_ORDER_MARK = "\ufeff"


def json_lines(records: Iterable[Record], columns: Sequence[str], *, header: bool = True) -> Iterator[str]:
    return (json.dumps(record, ensure_ascii=False) + "\n" for record in records)


class _Echo:
    """A file for `csv.writer`, which returns what its file returns."""

    def write(self, text: str) -> str:
        return text


def csv_lines(records: Iterable[Record], columns: Sequence[str], *, header: bool = True) -> Iterator[str]:
    """`columns`: paths such as `contact.name`. Excel needs the byte order mark to detect UTF-8."""
    writer = csv.writer(_Echo())
    if header:
        yield writer.writerow([BYTE_ORDER_MARK + columns[0], *columns[1:]])
    for record in records:
        yield writer.writerow([escape_formulas(visible(cell_of(record, column))) for column in columns])


Writer = Callable[..., Iterator[str]]
WRITERS: dict[str, Writer] = {"jsonl": json_lines, "csv": csv_lines}


def escape_formulas(cell: str) -> str:
    """Adds an apostrophe, also after a separator at which some spreadsheets split cells."""
    return FORMULA.sub(r"'\1", AFTER_SEPARATOR.sub(r"\1'\2", cell))


def stored_text(cell: str) -> str:
    """The inverse of `csv_lines`, for one cell."""
    return stored(unescape_formulas(cell))


def unescape_formulas(cell: str) -> str:
    return ESCAPED_AFTER_SEPARATOR.sub(r"\1\2", ESCAPED.sub(r"\1", cell))


def cell_of(record: Record, column: str) -> str:
    name, _, part = column.partition(".")
    value = record[name]
    if part and value is not None:
        value = value[part]
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)
