from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from webhooks.commands import EndpointCommand, get_endpoint
from webhooks.services.endpoints import DEFAULT_GRACE, MAX_GRACE, rotate_secret


class Command(EndpointCommand):
    help = (
        "Replaces the secret of a webhook endpoint, and prints the new one, which cannot be shown again. During the "
        "grace period, webhooks have a signature of each secret."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--grace-days",
            type=int,
            default=DEFAULT_GRACE.days,
            metavar="N",
            help="days until the old secret no longer signs (default: %(default)s)",
        )

    def run(self, *, endpoint_id: int, grace_days: int, **options: Any) -> str:
        if not 0 <= grace_days <= MAX_GRACE.days:
            raise CommandError(f"--grace-days must be from 0 to {MAX_GRACE.days} days.")
        self.event_about = get_endpoint(endpoint_id)
        return rotate_secret(endpoint_id=endpoint_id, grace=timedelta(days=grace_days)).secret
