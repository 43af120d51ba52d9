import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from django.core.management.base import CommandError, CommandParser

from hindsight.text.record_files import WRITERS, Record
from interviews.export import COLUMNS, export_interview_requests
from interviews.models import InterviewRequest
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org


class Command(BaseCommand):
    help = """\
Prints all interview requests of an org, oldest first, with contacts and transcripts. Times are in UTC (ISO 8601).

jsonl: one JSON object per line, as GET /interviews/{id} returns it, without the survey link, with the deal.
csv: one row per interview request, for spreadsheets. Cells that a spreadsheet could run as a formula start with an
apostrophe. For programs, use jsonl."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", required=True, metavar="SLUG", help="the org")
        parser.add_argument("--format", choices=WRITERS, default="jsonl", help="default: jsonl")
        parser.add_argument(
            "--output", metavar="FILE", help="write to this file, and print the number of interview requests"
        )

    def run(self, **options: Any) -> str:
        slug: str = options["org"]
        file_format: str = options["format"]
        output: str | None = options["output"]
        self.event_about = self.org = get_org(slug)
        self.exported = 0
        self.record(options)
        try:
            with self.stdout_or(output) as out:
                WRITERS[file_format](self.records(), out, COLUMNS)
        except BrokenPipeError:  # the reader closed the pipe, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        return str(self.exported) if output else ""

    def records(self) -> Iterator[Record]:
        interview_requests = InterviewRequest.objects.for_org(self.org.pk)
        total = interview_requests.count() if self.stderr.isatty() else None
        with self.progress(total, " interviews") as bar:
            for record in export_interview_requests(interview_requests):
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
