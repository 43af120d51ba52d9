from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from hindsight.text.record_files import WRITERS
from orgs.commands import RecordedCommand, utc_time
from staff.history.security_events import COLUMNS, records_since


class Command(RecordedCommand):
    help = """\
Prints the security events, oldest first; times in UTC (ISO 8601).

jsonl: one JSON object per line. csv: for spreadsheets; a cell that could be a formula gets a leading '."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=utc_time, metavar="DATE", help="only events from this day on, such as 2026-11-25 (UTC)"
        )
        parser.add_argument("--format", choices=WRITERS, default="csv", help="default: csv")

    def run(self, *, since: datetime | None, format: str, **options: Any) -> str:
        self.record(options)
        return self.export(format, records_since(since), COLUMNS)
