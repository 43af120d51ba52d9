from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import Command as BaseCommand
from orgs.commands import format_time, get_org
from orgs.models import ApiKey


class Command(BaseCommand):
    help = (
        "Prints API keys, one per line, newest first: prefix, org, state (live, expired or revoked), created, last "
        "used, expires, scopes, name. Times are in UTC. The secrets are not stored and cannot be shown. "
        "Prints aligned columns with a header on a terminal, otherwise tab-separated values without a header."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="SLUG", help="print only the keys of this org")

    def run(self, **options: Any) -> str:
        slug: str | None = options["org"]
        api_keys = ApiKey.objects.select_related("org")
        if slug is not None:
            api_keys = api_keys.for_org(get_org(slug).pk)
        return self.table(
            ("PREFIX", "ORG", "STATE", "CREATED", "LAST USED", "EXPIRES", "SCOPES", "NAME"),
            (
                (
                    api_key.prefix,
                    api_key.org.slug,
                    api_key.state,
                    format_time(api_key.created_at),
                    format_time(api_key.last_used_at),
                    format_time(api_key.expires_at),
                    api_key.scopes,
                    api_key.name,
                )
                for api_key in api_keys
            ),
        )
