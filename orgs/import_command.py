import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from hindsight.text.csv_layouts import Layout, shortened, unmapped
from hindsight.text.import_files import CsvRows, Lines
from orgs.commands import RecordedCommand, get_org, open_file
from orgs.imports import Batch, Importer, of_first_rows

SHOWN_ROWS = 100
# Of the rows with errors. A file can have millions of them.
MAX_LISTED = 1_000
EXTENSIONS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class ImportCommand(RecordedCommand):
    rows = ""  # in words
    importer: Importer

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a .csv, .jsonl or .ndjson file, or - for standard input")
        parser.add_argument("--org", required=True, metavar="SLUG", help=f"the org of the {self.rows}")
        parser.add_argument("--format", choices=("csv", "jsonl"), help="file format (default: from the file extension)")
        help_text = "the field of a column; can be repeated (default: a guess)"
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help=help_text)
        parser.add_argument("--dry-run", action="store_true", help="validate and count, but store nothing")

    def run(self, *, file: str, org: str, format: str | None, map: list[str], dry_run: bool, **options: Any) -> str:
        format = format or EXTENSIONS.get(Path(file).suffix.lower())
        if format is None:
            raise CommandError("Cannot infer the format from the file name. Pass --format csv or --format jsonl.")
        org_id = get_org(org).pk
        self.tally = Counter(created=0, updated=0, unchanged=0, rejected=0)
        source = nullcontext(sys.stdin.buffer) if file == "-" else open_file(file, "rb")
        with source as opened, self.progress(_size(opened), "B") as self.bar:
            lines = Lines(opened)
            for batch in self.importer.batches(self.read(lines, format, map)):
                self.report(batch)
                self.importer.write(batch, org_id=org_id, actor=self.actor, dry_run=dry_run)
                if dry_run:
                    self.preview(batch)
                self.tally += batch.counts()
                self.bar.update(lines.position - self.bar.n)
        return self.summary(dry_run)

    def read(self, lines: Lines, file_format: str, mapped: Sequence[str]) -> Iterator[Any]:
        if file_format == "jsonl":
            if mapped:
                raise CommandError("--map chooses columns of CSV. In JSON Lines, name the fields as they are called.")
            return self.importer.read_json_lines(lines)
        rows = CsvRows(lines)
        return self.importer.read_csv(rows, self.layout(rows, mapped))

    def layout(self, rows: CsvRows, mapped: Sequence[str]) -> Layout:
        header, fields = rows.header, self.importer.fields
        guess = fields.guess(header, rows.delimiter)
        columns = list(guess.columns)
        for name, field in (text.rpartition("=")[::2] for text in mapped):
            if name not in header:
                raise CommandError(f"The file has no column {name!r}. It has {shortened(', '.join(header), 500)}.")
            if field not in fields.joined:
                columns = ["" if each == field else each for each in columns]
            columns[header.index(name)] = field
        try:
            fields.check(header, columns)
        except ValidationError as error:
            known = ", ".join(fields.names)
            raise CommandError(f"{error.messages[0]} Pass --map COLUMN=FIELD; the fields are {known}.") from None
        if names := unmapped(header, columns):
            self.stderr.write(f"not imported: {', '.join(map(repr, names))}")
        return replace(guess, columns=tuple(columns))

    def preview(self, batch: Batch) -> None:
        """`repr` escapes characters that a terminal would interpret."""
        for effect in of_first_rows(batch.effects, SHOWN_ROWS - self.changed_rows):
            row, before, after = (repr(shortened(text or "")) for text in (effect.row, effect.before, effect.after))
            with self.bar.external_write_mode(file=sys.stderr):
                self.stderr.write(f"{row}: {effect.field}: {'new' if effect.before is None else before} → {after}")

    @property
    def changed_rows(self) -> int:
        return self.tally["created"] + self.tally["updated"]

    def report(self, batch: Batch) -> None:
        for row in islice(batch.rejected, max(0, MAX_LISTED - self.tally["rejected"])):
            with self.bar.external_write_mode(file=sys.stderr):
                self.stderr.write(f"line {row.line}: {row.reason}")

    def summary(self, dry_run: bool) -> str:
        counts = ", ".join(f"{name} {self.tally[name]}" for name in ("created", "updated", "unchanged", "rejected"))
        text = f"dry run: {counts}" if dry_run else counts
        if dry_run and (more := self.changed_rows - SHOWN_ROWS) > 0:
            self.stderr.write(f"and {more:,} more rows")
        if not self.tally["rejected"]:
            return text
        if (unlisted := self.tally["rejected"] - MAX_LISTED) > 0:
            self.stderr.write(f"and {unlisted:,} more row{'s' * (unlisted != 1)} with errors")
        self.stdout.write(text)
        raise CommandError("Some rows were rejected, see above.")


def _size(file: BinaryIO) -> int | None:
    status = os.fstat(file.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None
