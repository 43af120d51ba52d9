from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.services.restoring import RESTORABLE, Selection, restore_texts
from orgs.commands import RecordedCommand, get_org, utc_time


class Command(RecordedCommand):
    help = (
        "Restores what one author has overwritten in a period, such as a synchronization that went wrong: names and "
        "notes of contacts, objectives, picked topics and subjects. What somebody else has changed since stays, and so "
        "do the texts of completed interviews. Prints a row for each text. At most 1,000 overwrites at a time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("author", metavar="AUTHOR", help="API key's prefix, staff login or command")
        parser.add_argument("--since", required=True, type=utc_time, metavar="TIME", help="such as 2026-11-30T09:00")
        parser.add_argument(
            "--until", required=True, type=utc_time, metavar="TIME", help="UTC, unless it has an offset"
        )
        parser.add_argument("--org", metavar="SLUG")
        parser.add_argument("--field", choices=[field for fields in RESTORABLE.values() for field in fields])
        parser.add_argument("--dry-run", action="store_true", help="change nothing, and print what would be restored")

    def run(
        self,
        *,
        author: str,
        since: datetime,
        until: datetime,
        org: str | None,
        field: str | None,
        dry_run: bool,
        **options: Any,
    ) -> str:
        if since >= until:
            raise CommandError("--since is not before --until.")
        org_id = get_org(org).pk if org else None
        selection = Selection(actor=author, since=since, until=until, org_id=org_id, field=field or "")
        texts = restore_texts(selection, actor=self.actor, dry_run=dry_run)
        restored = sum(not text.why_not for text in texts)
        self.event_detail = "Dry run." if dry_run else f"Restored: {restored:,}."
        done = "to be restored" if dry_run else "restored"
        rows = [(f"{text.row._meta.verbose_name} {text.row.pk}", text.field, text.why_not or done) for text in texts]
        return self.table(("ROW", "FIELD", "RESULT"), rows)
