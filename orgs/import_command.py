import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.core.management.base import CommandError, CommandParser

from hindsight.text.import_files import MAX_LISTED, BadRow, Lines, unlisted_rows
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org

FORMATS = ("csv", "jsonl")
EXTENSIONS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class Batch(Protocol):
    @property
    def rejected(self) -> Sequence[BadRow]: ...


class ImportCommand(BaseCommand):
    rows = ""  # in words

    def batches(self, lines: Lines, file_format: str) -> Iterator[Any]:
        raise NotImplementedError

    def store(self, org_id: int, batch: Any, *, dry_run: bool) -> Counter[str]:
        """Returns the numbers of created, updated, unchanged and rejected rows."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a .csv, .jsonl or .ndjson file, or - for standard input")
        parser.add_argument("--org", required=True, metavar="SLUG", help=f"the org of the {self.rows}")
        parser.add_argument("--format", choices=FORMATS, help="file format (default: from the file extension)")
        parser.add_argument("--dry-run", action="store_true", help="validate and count, but store nothing")

    def run(self, **options: Any) -> str:
        name: str = options["file"]
        slug: str = options["org"]
        file_format: str | None = options["format"] or EXTENSIONS.get(Path(name).suffix.lower())
        dry_run: bool = options["dry_run"]
        if file_format is None:
            raise CommandError("Cannot infer the format from the file name. Pass --format csv or --format jsonl.")
        org = get_org(slug)
        self.tally = Counter(created=0, updated=0, unchanged=0, rejected=0)
        with _open(name) as file, self.progress(_size(file), "B") as self.bar:
            lines = Lines(file)
            for batch in self.batches(lines, file_format):
                self.report(batch)
                self.tally += self.store(org.pk, batch, dry_run=dry_run)
                self.bar.update(lines.position - self.bar.n)
        return self.summary(dry_run)

    def report(self, batch: Batch) -> None:
        for row in islice(batch.rejected, max(0, MAX_LISTED - self.tally["rejected"])):
            with self.bar.external_write_mode(file=sys.stderr):
                self.stderr.write(f"line {row.line}: {row.reason}")

    def summary(self, dry_run: bool) -> str:
        counts = ", ".join(f"{name} {self.tally[name]}" for name in ("created", "updated", "unchanged", "rejected"))
        text = f"dry run: {counts}" if dry_run else counts
        if not self.tally["rejected"]:
            return text
        if (unlisted := self.tally["rejected"] - MAX_LISTED) > 0:
            self.stderr.write(unlisted_rows(unlisted))
        self.stdout.write(text)
        raise CommandError("Some rows were rejected, see above.")


def _open(name: str) -> Any:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return open(name, "rb")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}.") from None


def _size(file: BinaryIO) -> int | None:
    status = os.fstat(file.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None
