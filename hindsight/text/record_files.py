import csv
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

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


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def write_json_lines(records: Iterable[Record], out: Writable, columns: Sequence[str], *, header: bool = True) -> None:
    for record in records:
        out.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_csv(records: Iterable[Record], out: Writable, columns: Sequence[str], *, header: bool = True) -> None:
    """`columns`: paths such as `contact.name`. Excel needs the byte order mark to detect UTF-8."""
    writer = csv.writer(out)
    if header:
        writer.writerow([BYTE_ORDER_MARK + columns[0], *columns[1:]])
    for record in records:
        writer.writerow([escape_formulas(visible(cell_of(record, column))) for column in columns])


class Writer(Protocol):
    def __call__(
        self, records: Iterable[Record], out: Writable, columns: Sequence[str], *, header: bool = True
    ) -> None: ...


WRITERS: dict[str, Writer] = {"jsonl": write_json_lines, "csv": write_csv}


def escape_formulas(cell: str) -> str:
    """Adds an apostrophe, also after a separator at which some spreadsheets split cells."""
    return FORMULA.sub(r"'\1", AFTER_SEPARATOR.sub(r"\1'\2", cell))


def stored_text(cell: str) -> str:
    """The inverse of `write_csv`, for one cell."""
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
