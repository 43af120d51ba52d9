import os
import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from hindsight.text.record_files import WRITERS
from orgs.commands import Command as BaseCommand
from staff.history.security_events import COLUMNS, records_since


class Command(BaseCommand):
    help = """\
Prints the security events, oldest first; times in UTC (ISO 8601).

jsonl: one JSON object per line. csv: for spreadsheets; a cell that could be a formula gets a leading '."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", metavar="DATE", help="only events from this day on, such as 2026-11-25 (UTC)")
        parser.add_argument("--format", choices=WRITERS, default="csv", help="default: csv")

    def run(self, **options: Any) -> str:
        text: str | None = options["since"]
        file_format: str = options["format"]
        since = None if text is None else _start_of_day(text)
        self.record(options)
        try:
            WRITERS[file_format](records_since(since), self.stdout, COLUMNS)
        except BrokenPipeError:  # the reader has closed the pipe, such as `head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        return ""


def _start_of_day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"--since: enter a date such as 2026-11-25, not {text!r}.") from None
