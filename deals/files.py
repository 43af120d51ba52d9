"""Deals in a file. Each row replaces a deal, as a PUT does, and follows the rules of the API."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from deals.api.requests import DealOfInterviewRequest, values_of
from deals.layouts import layout_of
from deals.models import DealValues
from deals.text import DealId
from hindsight.api.errors import BadRequest
from hindsight.api.exceptions import invalid_fields
from hindsight.text.csv_layouts import Layout
from hindsight.text.import_files import BadRow, CsvRows, Lines, json_objects
from hindsight.text.record_files import stored_text
from hindsight.text.repeated_rows import reject_repeated

MAX_ROWS = 500

DEAL = DealOfInterviewRequest()
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


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


def read_csv(lines: Lines, layout: Layout | None = None) -> Iterator[Row | BadRow]:
    """Empty cells are null. Without a layout, the header has to name the fields. Raises ValidationError."""
    rows = CsvRows(lines, delimiter=layout.delimiter if layout else ",")
    layout = layout or layout_of(rows.header)
    for row in rows:
        yield row if isinstance(row, BadRow) else _csv_row(row[0], layout, row[1])


def read_json_lines(lines: Lines) -> Iterator[Row | BadRow]:
    for row in json_objects(lines):
        yield row if isinstance(row, BadRow) else _row(*row)


READERS = {"csv": read_csv, "jsonl": read_json_lines}


def reject_duplicates(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    return reject_repeated(rows, lambda row: row.deal_id, "deal_id: Line {line:,} has the same id.")


def batches(rows: Iterable[Row | BadRow]) -> Iterator[Batch]:
    batch = Batch()
    for row in rows:
        if isinstance(row, BadRow):
            batch.rejected.append(row)
        else:
            batch.deals[row.deal_id] = row.values
        if len(batch) == MAX_ROWS:
            yield batch
            batch = Batch()
    if batch:
        yield batch


def _csv_row(line: int, layout: Layout, cells: list[str]) -> Row | BadRow:
    texts = {name: cell for name, cell in zip(layout.columns, cells, strict=True) if name and cell}
    if layout.is_exported:
        texts = {name: stored_text(cell) for name, cell in texts.items()}
    return _row(line, {name: _typed(name, text) for name, text in texts.items()})


def _typed(column: str, cell: str) -> Any:
    """A date is its midnight in UTC. What is neither a number nor a date is refused by the rule of its field."""
    if column == "closed_at" and DATE.fullmatch(cell):
        return f"{cell}T00:00:00Z"
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
