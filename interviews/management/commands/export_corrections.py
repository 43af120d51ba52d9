from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.services.corrections import ErasedMeanwhileError, export_corrections
from orgs.commands import RecordedCommand, add_output, get_org, utc_time
from orgs.models import Org

ERASED = "Meanwhile, answers were erased, or an org or a contact no longer allows it. {} Run the command again."


class Command(RecordedCommand):
    help = """\
Prints the drivers that staff have corrected, added, confirmed or rejected, as labels to train the reader. Only of orgs
whose page allows it (Corrected quotes may train the reader). Placeholders replace names.

One JSON object per line: the question, the answer before, in and after the quote, the label by staff (null if they
rejected it), and what was read (null if they added it)."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="SLUG", help="only this org")
        parser.add_argument(
            "--since",
            type=utc_time,
            metavar="TIME",
            help="only what staff have changed from then on, such as 2026-11-25",
        )
        add_output(parser, "lines")

    def run(self, *, org: str | None, since: datetime | None, output: str | None, **options: Any) -> str:
        allowed = Org.objects.without_test_rooms().filter(shares_corrections=True).order_by("slug")
        orgs = [*(allowed.filter(pk=get_org(org).pk) if org else allowed)]
        if org and not orgs:
            raise CommandError(f"The org {org!r} does not allow it. Its page in the admin has the setting.")
        for each in orgs:
            self.event_about, self.is_recorded = each, False
            self.record(options)
        lines = chain.from_iterable(export_corrections(each, since=since) for each in orgs)
        try:
            return self.export("jsonl", lines, (), output)
        except ErasedMeanwhileError:
            if output:
                Path(output).unlink()
            done = "The file was deleted." if output else "Delete what was printed."
            raise CommandError(ERASED.format(done)) from None
