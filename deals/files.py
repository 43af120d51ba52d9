"""Deals in a file. A row writes the values that it has, by the rules of the API, and keeps the others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.exceptions import ValidationError
from rest_framework import serializers

from deals.api.requests import DealOfInterviewRequest, values_of
from deals.cells import READ_CELL, exported_amount_in
from deals.models import DealValues
from deals.text import DealId
from hindsight.api.errors import BadRequest
from hindsight.api.exceptions import invalid_fields
from hindsight.text.csv_layouts import Layout
from hindsight.text.import_files import BadRow, CsvRows, Effect, Lines, json_objects
from hindsight.text.record_files import stored_text
from hindsight.text.repeated_rows import reject_repeated

MAX_ROWS = 500

DEAL = DealOfInterviewRequest()


@dataclass(frozen=True)
class Row:
    line: int
    deal_id: DealId
    values: DealValues


@dataclass
class Batch:
    """`deals`: of valid rows. `effects`: what was written."""

    deals: dict[DealId, DealValues] = field(default_factory=dict)
    rejected: list[BadRow] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.deals) + len(self.rejected)


def read_csv(rows: CsvRows, layout: Layout) -> Iterator[Row | BadRow]:
    """An empty cell keeps the stored value, as a column that is not mapped does."""
    is_unchanged = layout.is_exported and rows.delimiter == ","  # spreadsheets may write other separators
    readers = {**READ_CELL, "amount": exported_amount_in} if is_unchanged else READ_CELL
    for row in rows:
        yield row if isinstance(row, BadRow) else _csv_row(row[0], layout, row[1], readers)


def read_json_lines(lines: Lines) -> Iterator[Row | BadRow]:
    for row in json_objects(lines):
        yield row if isinstance(row, BadRow) else _row(*row)


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


def _csv_row(line: int, layout: Layout, cells: list[str], readers: Mapping[str, Callable[[str], Any]]) -> Row | BadRow:
    record: dict[str, Any] = {}
    errors = []
    for name, cell in zip(layout.columns, cells, strict=True):
        if name and cell.strip():
            text = stored_text(cell) if layout.is_exported else cell
            try:
                record[name] = readers.get(name, str)(text)
            except ValidationError as error:
                errors.append(f"{name}: {' '.join(error.messages)}")
    if not errors and not record.keys() - {"deal_id"}:
        errors.append("The cells of the chosen columns are empty.")
    return BadRow(line, " ".join(errors)) if errors else _row(line, record)


def _row(line: int, record: Mapping[str, Any]) -> Row | BadRow:
    try:
        deal = DEAL.run_validation(record)
    except serializers.ValidationError as error:
        return BadRow(line, invalid_fields(error.detail).message)
    except BadRequest as error:
        return BadRow(line, error.message)
    sent = {name: value for name, value in values_of(deal).items() if name in deal}
    return Row(line, deal["deal_id"], cast(DealValues, sent))
