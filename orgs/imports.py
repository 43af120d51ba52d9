"""What imports have in common. The rows of a file are checked and stored in batches, which limits memory use."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError

from hindsight.text.csv_layouts import FileFields, Layout
from hindsight.text.import_files import BadRow, Lines, json_objects
from hindsight.text.record_files import Record
from orgs.actors import Actor

MAX_CHARACTERS = 2_000_000  # of a batch


@dataclass(frozen=True)
class Row:
    """A valid row. `line`: its first line in the file, from 1. `key`: no other row of the file has it."""

    line: int
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """A value that an import writes. `row`: its key in the file. `before`: None if there was no such row."""

    row: str
    field: str
    before: str | None
    after: str


@dataclass
class Batch:
    """`effects`: what was written. `created`: records for the person who imports."""

    valid: list[Row] = field(default_factory=list)
    rejected: list[BadRow] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    created: list[Record] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        created = {effect.row for effect in self.effects if effect.before is None}
        updated = {effect.row for effect in self.effects} - created
        unchanged = len(self.valid) - len(created) - len(updated)
        return Counter(created=len(created), updated=len(updated), unchanged=unchanged, rejected=len(self.rejected))


class Importer:
    """One kind of rows. `repeated`: why a row with the key of an earlier one is rejected."""

    fields: FileFields
    repeated = ""
    batch_rows = 500

    def clean(self, record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """Returns key and values. Raises ValidationError."""
        raise NotImplementedError

    def record_of(self, texts: dict[str, str], layout: Layout) -> Mapping[str, Any]:
        """The record that texts of cells mean. Raises ValidationError."""
        return texts

    def write(self, batch: Batch, *, org_id: int, actor: Actor, dry_run: bool, **options: Any) -> None:
        """In a transaction. A dry run writes nothing. Sets the effects, and may reject rows."""
        raise NotImplementedError

    def read_csv(self, rows: Iterable[tuple[int, list[str]] | BadRow], layout: Layout) -> Iterator[Row | BadRow]:
        """Ignores empty cells, so that they keep what is stored."""
        return self._read(rows, lambda cells: self.record_of(self.fields.texts(layout, cells), layout))

    def read_json_lines(self, lines: Lines) -> Iterator[Row | BadRow]:
        return self._read(json_objects(lines), lambda record: record)

    def batches(self, rows: Iterable[Row | BadRow]) -> Iterator[Batch]:
        batch, size = Batch(), 0
        for number, row in enumerate(rows, 1):
            if isinstance(row, Row):
                batch.valid.append(row)
                size += sum(len(value) for value in row.values.values() if isinstance(value, str))
            else:
                batch.rejected.append(row)
            if number % self.batch_rows == 0 or size > MAX_CHARACTERS:
                yield batch
                batch, size = Batch(), 0
        if batch.valid or batch.rejected:
            yield batch

    def _read(self, rows: Iterable[Any], record_of: Callable[[Any], Mapping[str, Any]]) -> Iterator[Row | BadRow]:
        """Rejects a row with the key of an earlier one: otherwise each import would overwrite one with the other."""
        lines: dict[str, int] = {}
        for row in rows:
            if isinstance(row, BadRow):
                yield row
                continue
            line, content = row
            try:
                key, values = self.clean(record_of(content))
            except ValidationError as error:
                yield BadRow(line, " ".join(error.messages))
                continue
            first = lines.setdefault(key, line)
            yield Row(line, key, values) if first == line else BadRow(line, self.repeated.format(line=first))


def of_first_rows(effects: Sequence[Effect], number: int) -> list[Effect]:
    rows = set(islice(dict.fromkeys(effect.row for effect in effects), max(0, number)))
    return [effect for effect in effects if effect.row in rows]
