import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

from django.core.exceptions import ValidationError

from contacts.layouts import JOINTS, Layout, layout_of, shortened
from contacts.text import clean_email, clean_name, clean_notes
from hindsight.server.bodies import MAX_BODY_BYTES
from hindsight.text import strict_json
from hindsight.text.record_files import stored_text
from orgs.audit import Texts

# Limits memory use.
MAX_LINE_BYTES = MAX_BODY_BYTES

FIELDS: dict[str, tuple[type | tuple[type, ...], str, Callable[[Any], str]]] = {
    "email": (str, "a string", clean_email),
    "name": (str, "a string", clean_name),
    "notes": ((str, dict), "a string or an object", clean_notes),
}
FIELD_NAMES = ", ".join(FIELDS)


@dataclass(frozen=True)
class Row:
    """A valid contact. `line`: its first line in the file, from 1."""

    line: int
    email: str
    texts: Texts


@dataclass(frozen=True)
class BadRow:
    line: int
    reason: str


class Lines:
    """Lines, truncated to MAX_LINE_BYTES + 1 bytes, without a byte order mark. `position`: bytes read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.position = 0

    def __iter__(self) -> Iterator[bytes]:
        while line := self.read():
            rest = line
            while not rest.endswith(b"\n") and (rest := self.read()):
                pass
            yield line

    def read(self) -> bytes:
        line = self.file.readline(MAX_LINE_BYTES + 1)
        byte_order_mark = b"\xef\xbb\xbf" if self.position == 0 else b""
        self.position += len(line)
        return line.removeprefix(byte_order_mark)


class CsvText:
    """The lines of a CSV file as text. `line`: how many were read.

    A quoted cell can go over many lines. `csv.reader` would collect all of them, and begins a new row after an error.
    """

    def __init__(self, lines: Lines, *, errors: str) -> None:
        self.lines, self.errors = iter(lines), errors
        self.line = self.row_bytes = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.line += 1
        self.row_bytes += len(line)
        if self.row_bytes > MAX_LINE_BYTES:
            raise csv.Error(f"it is longer than {MAX_LINE_BYTES:,} bytes")
        return line.decode(errors=self.errors)

    def begin_row(self) -> None:
        self.row_bytes = 0


def read_csv(lines: Lines, layout: Layout | None = None) -> Iterator[Row | BadRow]:
    """Ignores empty cells. Without a layout, the header has to name the fields. Raises ValidationError."""
    # With surrogateescape, invalid UTF-8 rejects only its own row.
    text = CsvText(lines, errors="surrogateescape")
    reader = csv.reader(text, strict=True, delimiter=layout.delimiter if layout else ",")
    header = _header(reader)
    layout = layout or layout_of(header)
    while True:
        number = text.line + 1
        text.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(number, f"Invalid CSV row: {error}.")
            continue
        if cells:
            yield _csv_row(number, layout, cells)


def read_json_lines(lines: Lines) -> Iterator[Row | BadRow]:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_BYTES:
            yield BadRow(number, f"The line is longer than {MAX_LINE_BYTES:,} bytes.")
        elif line.strip():
            try:
                value = strict_json.parse(line)
            except strict_json.JSONError as error:
                yield BadRow(number, f"Invalid JSON: {error}.")
            else:
                yield _row(number, value) if isinstance(value, dict) else BadRow(number, "Expected a JSON object.")


READERS: dict[str, Callable[[Lines], Iterator[Row | BadRow]]] = {"csv": read_csv, "jsonl": read_json_lines}


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error as error:
        raise ValidationError(f"The first line is not a valid CSV row: {error}.") from None


def _csv_row(line: int, layout: Layout, cells: list[str]) -> Row | BadRow:
    if len(cells) != len(layout.columns):
        return BadRow(line, f"The header has {len(layout.columns)} columns, but this row has {len(cells)}.")
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return BadRow(line, "The row is not valid UTF-8.")
    texts: dict[str, list[str]] = {}
    for field, cell in zip(layout.columns, cells, strict=True):
        if field and cell.strip():
            texts.setdefault(field, []).append(stored_text(cell) if layout.is_exported else cell)
    return _row(line, {field: JOINTS.get(field, "").join(parts) for field, parts in texts.items()})


def _row(line: int, record: Mapping[str, Any]) -> Row | BadRow:
    texts: dict[str, str] = {}
    for field, value in record.items():
        if field not in FIELDS:
            return BadRow(line, f"{shortened(field)}: Unknown field. Known: {FIELD_NAMES}.")
        types, names, clean = FIELDS[field]
        if not isinstance(value, types):
            return BadRow(line, f"{field}: Send {names}, not {strict_json.type_name(value)}.")
        try:
            texts[field] = clean(value)
        except ValidationError as error:
            return BadRow(line, f"{field}: {' '.join(error.messages)}")
    if "email" not in texts:
        return BadRow(line, "email: This field is required.")
    return Row(line, texts.pop("email"), texts)
