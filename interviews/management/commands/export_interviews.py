import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.export import WRITERS, Record, export_interview_requests
from interviews.models import InterviewRequest
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org


class Command(BaseCommand):
    help = """\
Prints all interview requests of an org, oldest first, with their contacts and transcripts; times in UTC (ISO 8601).

jsonl: one JSON object a line, as GET /interviews/{id} shows it but without the survey's link.
csv: one row each, to be opened in a spreadsheet: cells that it would take for a formula (they begin with = + - @, a tab
or a line break) get a ' before them. For programs that need the texts as they are, there is jsonl."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", required=True, metavar="SLUG", help="whose interview requests they are")
        parser.add_argument("--format", choices=WRITERS, default="jsonl", help="jsonl unless told")
        parser.add_argument("--output", metavar="FILE", help="write there, and print the number of interview requests")

    def run(self, **options: Any) -> str:
        slug: str = options["org"]
        file_format: str = options["format"]
        output: str | None = options["output"]
        self.org = get_org(slug)
        self.exported = 0
        try:
            with self.stdout_or(output) as out:
                WRITERS[file_format](self.records(), out)
        except BrokenPipeError:  # the reader has ended, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        return str(self.exported) if output else ""

    def records(self) -> Iterator[Record]:
        total = InterviewRequest.objects.for_org(self.org.pk).count() if self.stderr.isatty() else None
        with self.progress(total, " interviews") as bar:
            for record in export_interview_requests(self.org.pk):
                yield record
                self.exported += 1
                bar.update()

    def stdout_or(self, name: str | None) -> Any:
        if name is None:
            return nullcontext(self.stdout)
        try:
            return open(name, "w", encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}.") from None
