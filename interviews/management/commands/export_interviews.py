from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from hindsight.text.record_files import WRITERS, Record
from interviews.export import COLUMNS, export_interview_requests
from interviews.models import InterviewRequest
from orgs.commands import RecordedCommand, add_output, get_org


class Command(RecordedCommand):
    help = """\
Prints all interview requests of an org, oldest first, with contacts and transcripts. Times are in UTC (ISO 8601).

jsonl: one JSON object per line, as GET /interviews/{id} returns it, without the survey link, with the deal.
csv: one row per interview request, for spreadsheets. Cells that a spreadsheet could run as a formula start with an
apostrophe. For programs, use jsonl."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", required=True, metavar="SLUG", help="the org")
        parser.add_argument("--format", choices=WRITERS, default="jsonl", help="default: jsonl")
        add_output(parser, "interview requests")

    def run(self, *, org: str, format: str, output: str | None, **options: Any) -> str:
        self.event_about = row = get_org(org)
        self.record(options)
        return self.export(format, self.records(InterviewRequest.objects.for_org(row.pk)), COLUMNS, output)

    def records(self, interview_requests: QuerySet[InterviewRequest]) -> Iterator[Record]:
        total = interview_requests.count() if self.stderr.isatty() else None
        with self.progress(total, " interviews") as bar:
            for record in export_interview_requests(interview_requests):
                yield record
                bar.update()
