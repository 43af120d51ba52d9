from argparse import ArgumentTypeError
from collections import Counter
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from hindsight.api import idempotency
from hindsight.environment import MAX_DAYS
from interviews.models import ReportLink
from interviews.services.conversations import mark_abandoned
from interviews.services.retention import delete_old_answers, delete_test_interviews, erase_inactive_contacts
from jobs.services import purge_jobs
from orgs.audit_removal import purge_changes, purge_security_events
from orgs.commands import RecordedCommand
from orgs.models import SecurityEvent
from orgs.partitions import create_months_ahead
from orgs.retention import count_by_org, expired_changes
from sequences.services.enrolments import expire_unapproved
from webhooks.services.deliveries import purge_deliveries

# Rows by the org's slug. "" if they belong to no org, or to any.
Counts = Counter[str]


def deleted(rows: QuerySet[Any], dry_run: bool) -> Counts:
    return Counter({"": rows.count() if dry_run else rows.delete()[0]})


def sessions(dry_run: bool) -> Counts:
    count = deleted(Session.objects.filter(expire_date__lt=timezone.now()), dry_run)
    if not dry_run:
        UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
    return count


def security_events(dry_run: bool) -> Counts:
    before = timezone.now() - timedelta(days=settings.SECURITY_EVENT_DAYS)
    expired = SecurityEvent.objects.filter(created_at__lt=before)
    return Counter({"": expired.count() if dry_run else purge_security_events(before)})


class Command(RecordedCommand):
    help = (
        "Removes what has expired: idempotency records, login sessions, security events, report links, webhook "
        "deliveries, exports and imports, and changes of the audit that are older than their org or the settings keep. "
        "Deletes what is in test rooms after 30 days. Deletes answers and transcripts, and erases contacts, as their "
        "org says. Marks interviews without activity as abandoned. Stops mails that nobody has approved for 30 days. "
        "Creates the next monthly partitions of the audit, if it has any. Prints the number of rows of each, by org. "
        "Run it once a day, at any time: it blocks nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--audit-older-than",
            metavar="DAYS",
            type=number_of_days,
            help="delete changes of the audit that are older, whatever AUDIT_DAYS and AUDIT_DAYS_BY_FIELD say; an org "
            "with a period of its own keeps it",
        )
        parser.add_argument("--dry-run", action="store_true", help="delete nothing, and print what would be deleted")

    def run(self, *, dry_run: bool, audit_older_than: int | None, **options: Any) -> str:
        abandoned = mark_abandoned(dry_run=dry_run)  # before old answers are deleted with their conversations
        audit = map(count_by_org if dry_run else purge_changes, expired_changes(audit_older_than))
        counted: dict[str, Counts] = {
            "idempotency records": deleted(idempotency.expired(), dry_run),
            "sessions": sessions(dry_run),
            "security events": security_events(dry_run),
            "report links": deleted(ReportLink.objects.outdated(), dry_run),
            "webhook deliveries": Counter({"": purge_deliveries(dry_run=dry_run)}),
            "exports and imports": Counter({"": purge_jobs(dry_run=dry_run)}),
            "changes of the audit": sum(audit, Counts()),
            "interviews with answers": delete_old_answers(actor=self.actor, dry_run=dry_run),
            "test interviews": delete_test_interviews(actor=self.actor, dry_run=dry_run),
            "contacts": erase_inactive_contacts(actor=self.actor, dry_run=dry_run),
            "abandoned interviews": abandoned,
            "mails that nobody has approved": Counter({"": expire_unapproved(dry_run=dry_run)}),
        }
        if not dry_run:
            create_months_ahead()
        removed = ", ".join(f"{counts.total()} {name}" for name, counts in counted.items())
        self.event_detail = "Dry run." if dry_run else f"Removed or marked {removed}."
        rows = [
            (name, org or "-", count)
            for name, counts in counted.items()
            for org, count in sorted(counts.items()) or [("", 0)]
        ]
        return self.table(("EXPIRED", "ORG", "TO BE REMOVED" if dry_run else "REMOVED"), rows)


def number_of_days(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= MAX_DAYS:
        raise ArgumentTypeError(f"Enter a number of days from 1 to {MAX_DAYS}.")
    return number
