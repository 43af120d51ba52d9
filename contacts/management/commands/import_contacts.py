import os
import stat
import sys
from collections import Counter
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from contacts.batches import MAX_LISTED, Batch, batches, reject_duplicates, unlisted_rows
from contacts.files import READERS, Lines
from contacts.services import import_batch
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org

EXTENSIONS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class Command(BaseCommand):
    help = """\
Creates and updates contacts of an org from a UTF-8 file. Prints how many were created, updated, unchanged and rejected.

CSV: the first line names the columns in any order: email, and optionally name and notes. An empty cell keeps the stored
value. JSON Lines: one object per line with the same fields. notes can be a string or an object, and "" clears them.
Texts must follow the rules of the API. The audit keeps replaced texts.

Invalid rows, and rows that repeat an earlier email address, are rejected. Each is reported on standard error with the
number of its first line; after 1,000, the others are only counted. All other rows are imported, and the exit status is
1. You can interrupt the import and run it again: contacts that already match the file stay unchanged."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a .csv, .jsonl or .ndjson file, or - for standard input")
        parser.add_argument("--org", required=True, metavar="SLUG", help="the org of the contacts")
        parser.add_argument("--format", choices=READERS, help="file format (default: from the file extension)")
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
            for batch in batches(reject_duplicates(READERS[file_format](lines))):
                self.report(batch)
                self.tally += import_batch(org_id=org.pk, batch=batch, actor=self.actor, dry_run=dry_run)
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
    """None if it is not a regular file."""
    status = os.fstat(file.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None
