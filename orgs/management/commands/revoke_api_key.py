from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgs import keys
from orgs.commands import Command as BaseCommand
from orgs.models import ApiKey
from orgs.services import revoke_api_key


class Command(BaseCommand):
    help = "Revokes an API key for good, from the next request on, and prints its prefix."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key_or_prefix", metavar="KEY_OR_PREFIX", help="the key, or the prefix shown beside its name"
        )

    def run(self, **options: Any) -> str:
        key_or_prefix: str = options["key_or_prefix"]
        lookup = {"prefix": key_or_prefix}
        if keys.is_well_formed(key_or_prefix):
            lookup = {"digest": keys.digest_of(key_or_prefix)}
        try:
            api_key = ApiKey.objects.get(**lookup)
        except ApiKey.DoesNotExist:
            raise CommandError("There is no such API key.") from None
        revoke_api_key(api_key)
        return api_key.prefix
