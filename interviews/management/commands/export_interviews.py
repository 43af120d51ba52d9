from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet

from hindsight.text.record_files import WRITERS, Record
from interviews.export import COLUMNS, export_interview_requests
from interviews.models import InterviewRequest
from orgs.commands import RecordedCommand, get_org


class Command(RecordedCommand):
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

    def run(self, *, org: str, format: str, output: str | None, **options: Any) -> str:
        self.event_about = row = get_org(org)
        self.exported = 0
        self.record(options)
        with self.stdout_or(output) as out:
            self.write_records(format, self.records(InterviewRequest.objects.for_org(row.pk)), out, COLUMNS)
        return str(self.exported) if output else ""

    def records(self, interview_requests: QuerySet[InterviewRequest]) -> Iterator[Record]:
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
