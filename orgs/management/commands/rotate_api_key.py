from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgs.commands import Command as BaseCommand
from orgs.commands import get_api_key
from orgs.services import rotate_api_key


class Command(BaseCommand):
    help = (
        "Issues a new API key in the place of one, and prints it, this once. The old key goes on working for a grace "
        "period, for the customer to change over. A key that was to expire is followed by one that lives as long."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key_or_prefix", metavar="KEY_OR_PREFIX", help="the old key, or the prefix shown beside its name"
        )
        parser.add_argument(
            "--grace-days", type=int, default=7, metavar="N", help="days until the old key expires; 7 unless told"
        )

    def run(self, **options: Any) -> str:
        key_or_prefix: str = options["key_or_prefix"]
        grace_days: int = options["grace_days"]
        if not 0 <= grace_days <= 365:
            raise CommandError("--grace-days takes a number of days from 0 to 365.")
        return rotate_api_key(get_api_key(key_or_prefix), grace=timedelta(days=grace_days))[1]
