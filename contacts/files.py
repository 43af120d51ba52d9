from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from contacts.layouts import JOINTS
from contacts.text import clean_email, clean_name, clean_notes
from hindsight.text import strict_json
from hindsight.text.csv_layouts import Layout, shortened
from hindsight.text.import_files import BadRow, CsvRows, Lines, json_objects
from hindsight.text.record_files import stored_text
from orgs.audit import Texts

# {name: (types, types in words, rule)}
Fields = Mapping[str, tuple[type | tuple[type, ...], str, Callable[[Any], str]]]
FIELDS: Fields = {
    "email": (str, "a string", clean_email),
    "name": (str, "a string", clean_name),
    "notes": ((str, dict), "a string or an object", clean_notes),
}


@dataclass(frozen=True)
class Row:
    """A valid contact. `line`: its first line in the file, from 1."""

    line: int
    email: str
    texts: Texts


def read_csv(rows: CsvRows, layout: Layout, fields: Fields = FIELDS) -> Iterator[Row | BadRow]:
    """Ignores empty cells."""
    for row in rows:
        yield row if isinstance(row, BadRow) else _csv_row(row[0], layout, row[1], fields)


def read_json_lines(lines: Lines) -> Iterator[Row | BadRow]:
    for row in json_objects(lines):
        yield row if isinstance(row, BadRow) else _row(*row)


def _csv_row(line: int, layout: Layout, cells: list[str], fields: Fields) -> Row | BadRow:
    texts: dict[str, list[str]] = {}
    for field, cell in zip(layout.columns, cells, strict=True):
        if field and cell.strip():
            texts.setdefault(field, []).append(stored_text(cell) if layout.is_exported else cell)
    return _row(line, {field: JOINTS.get(field, "").join(parts) for field, parts in texts.items()}, fields)


def _row(line: int, record: Mapping[str, Any], fields: Fields = FIELDS) -> Row | BadRow:
    texts: dict[str, str] = {}
    for field, value in record.items():
        if field not in fields:
            return BadRow(line, f"{shortened(field)}: Unknown field. Known: {', '.join(fields)}.")
        types, names, clean = fields[field]
        if not isinstance(value, types):
            return BadRow(line, f"{field}: Send {names}, not {strict_json.type_name(value)}.")
        try:
            texts[field] = clean(value)
        except ValidationError as error:
            return BadRow(line, f"{field}: {' '.join(error.messages)}")
    if "email" not in texts:
        return BadRow(line, "email: This field is required.")
    return Row(line, texts.pop("email"), texts)
