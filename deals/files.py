"""Deals in a file. Each row replaces a deal, as a PUT does, and follows the rules of the API."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from deals.api.requests import DealOfInterviewRequest, values_of
from deals.export import COLUMNS as EXPORTED_COLUMNS
from deals.models import FIELDS, DealValues
from deals.text import DealId
from hindsight.api.errors import BadRequest
from hindsight.api.exceptions import invalid_fields
from hindsight.text.import_files import BadRow, CsvRows, Lines, json_objects
from hindsight.text.record_files import stored_text

MAX_ROWS = 500
COLUMNS = ("deal_id", *FIELDS)

DEAL = DealOfInterviewRequest()


@dataclass(frozen=True)
class Row:
    line: int
    deal_id: DealId
    values: DealValues


@dataclass
class Batch:
    """`deals`: of valid rows."""

    deals: dict[DealId, DealValues] = field(default_factory=dict)
    rejected: list[BadRow] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.deals) + len(self.rejected)


def read_csv(lines: Lines) -> Iterator[Row | BadRow]:
    """Empty cells are null. Accepts the file of an export. Raises ValidationError."""
    rows = CsvRows(lines)
    is_exported = tuple(rows.header) == EXPORTED_COLUMNS
    columns = rows.header if is_exported else _columns(rows.header)
    for row in rows:
        if isinstance(row, BadRow):
            yield row
        else:
            number, cells = row
            texts = dict(zip(columns, map(stored_text, cells) if is_exported else cells, strict=True))
            yield _row(number, {name: _typed(name, texts[name]) for name in COLUMNS if texts.get(name)})


def read_json_lines(lines: Lines) -> Iterator[Row | BadRow]:
    for row in json_objects(lines):
        yield row if isinstance(row, BadRow) else _row(*row)


READERS = {"csv": read_csv, "jsonl": read_json_lines}


def read_batches(lines: Lines, file_format: str) -> Iterator[Batch]:
    """A repeated id is an error: each import would replace one row by the other. Raises ValidationError."""
    batch, seen = Batch(), dict[str, int]()
    for row in READERS[file_format](lines):
        if isinstance(row, BadRow):
            batch.rejected.append(row)
        elif first := seen.get(row.deal_id):
            batch.rejected.append(BadRow(row.line, f"deal_id: Line {first:,} has the same id."))
        else:
            seen[row.deal_id] = row.line
            batch.deals[row.deal_id] = row.values
        if len(batch) == MAX_ROWS:
            yield batch
            batch = Batch()
    if batch:
        yield batch


def _columns(header: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    if "deal_id" not in columns or len(set(columns)) < len(columns) or not set(columns) <= set(COLUMNS):
        raise ValidationError(
            f"The first line must name the columns: deal_id, and one or more of {', '.join(FIELDS)}, each once."
        )
    return columns


def _typed(column: str, cell: str) -> Any:
    """The rule for amounts refuses what is no number."""
    if column != "amount":
        return cell
    try:
        return float(cell)
    except ValueError:
        return cell


def _row(line: int, record: Mapping[str, Any]) -> Row | BadRow:
    try:
        deal = DEAL.run_validation(record)
    except serializers.ValidationError as error:
        return BadRow(line, invalid_fields(error.detail).message)
    except BadRequest as error:
        return BadRow(line, error.message)
    return Row(line, deal["deal_id"], values_of(deal))
