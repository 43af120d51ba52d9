from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgs.commands import RecordedCommand, add_api_key, get_api_key
from orgs.services import DEFAULT_GRACE, MAX_GRACE, rotate_api_key


class Command(RecordedCommand):
    help = (
        "Replaces an API key: issues and prints a new key, which cannot be shown again. The old key continues to work "
        "for a grace period. If the old key was issued with an expiry, the new key has the same lifetime."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_api_key(parser)
        parser.add_argument(
            "--grace-days",
            type=int,
            default=DEFAULT_GRACE.days,
            metavar="N",
            help=f"days until the old key expires (default: {DEFAULT_GRACE.days})",
        )

    def run(self, *, key_or_prefix: str, grace_days: int, **options: Any) -> str:
        if not 0 <= grace_days <= MAX_GRACE.days:
            raise CommandError(f"--grace-days must be from 0 to {MAX_GRACE.days} days.")
        api_key = get_api_key(key_or_prefix)
        new, secret = rotate_api_key(api_key, grace=timedelta(days=grace_days))
        self.event_about, self.event_detail = api_key, f"New key: {new.prefix}. Grace: {grace_days} days."
        return secret
