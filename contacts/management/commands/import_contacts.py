import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from contacts.batches import batches, once
from contacts.files import READERS, BadRow, Lines, Row
from contacts.services import upsert_contacts
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org

EXTENSIONS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class Command(BaseCommand):
    help = """\
Creates and updates an org's contacts from a file, and prints how many were created, updated, unchanged and rejected.

CSV: the first line names the columns, in any order: email, and if wanted name and notes. An empty cell leaves what is
stored as it is. JSON Lines: one object a line, with the same fields; notes may be a string or an object, and "" clears
them. Both in UTF-8. The rules for the texts are the API's, and what an update replaces is kept in the audit.

Rows that are no contact, or one whose address an earlier row had, are reported on standard error by the number of
their (first) line; the others go in all the same, and the exit status is 1. It is safe to break off and to run again:
what is there already stays unchanged."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a .csv, .jsonl or .ndjson file; - is standard input")
        parser.add_argument("--org", required=True, metavar="SLUG", help="whose contacts they are")
        parser.add_argument("--format", choices=READERS, help="if the file's extension does not tell")
        parser.add_argument("--dry-run", action="store_true", help="report and count as always, but store nothing")

    def run(self, **options: Any) -> str:
        name: str = options["file"]
        slug: str = options["org"]
        file_format: str | None = options["format"] or EXTENSIONS.get(Path(name).suffix.lower())
        dry_run: bool = options["dry_run"]
        if file_format is None:
            raise CommandError("Say --format csv or --format jsonl: the name of the file does not tell.")
        org = get_org(slug)
        self.tally = Counter(created=0, updated=0, unchanged=0, rejected=0)
        with _open(name) as file, self.progress(_size(file), "B") as self.bar:
            lines = Lines(file)
            for batch in batches(self.good(once(READERS[file_format](lines)))):
                self.tally += upsert_contacts(org_id=org.pk, contacts=batch, actor=self.actor, dry_run=dry_run)
                self.bar.update(lines.position - self.bar.n)
        return self.summary(dry_run)

    def good(self, rows: Iterable[Row | BadRow]) -> Iterator[Row]:
        for row in rows:
            if isinstance(row, Row):
                yield row
            else:
                self.tally["rejected"] += 1
                with self.bar.external_write_mode(file=sys.stderr):
                    self.stderr.write(f"line {row.line}: {row.reason}")

    def summary(self, dry_run: bool) -> str:
        counts = ", ".join(f"{name} {self.tally[name]}" for name in ("created", "updated", "unchanged", "rejected"))
        text = f"dry run: {counts}" if dry_run else counts
        if not self.tally["rejected"]:
            return text
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
    """In bytes; None where it has no end yet, such as a pipe's."""
    about = os.fstat(file.fileno())
    return about.st_size if stat.S_ISREG(about.st_mode) else None
