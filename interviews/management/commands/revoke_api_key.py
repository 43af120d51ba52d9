from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import RecordedCommand, add_api_key, get_api_key
from orgs.services import revoke_api_key


class Command(RecordedCommand):
    help = "Permanently revokes an API key, effective from the next request, and prints its prefix."

    def add_arguments(self, parser: CommandParser) -> None:
        add_api_key(parser)

    def run(self, *, key_or_prefix: str, **options: Any) -> str:
        self.event_about = api_key = get_api_key(key_or_prefix)
        revoke_api_key(api_key)
        return api_key.prefix
