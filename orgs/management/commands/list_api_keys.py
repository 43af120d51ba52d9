from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import Command as BaseCommand
from orgs.commands import get_org, when
from orgs.models import ApiKey


class Command(BaseCommand):
    help = (
        "Prints API keys, one a line, newest first: prefix, org, state (live, expired, revoked), created, last used, "
        "expires, name; times in UTC. The keys themselves are not stored and cannot be shown. "
        "Columns with a header on a terminal; in a pipe tabs between the cells, and no header."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="SLUG", help="the keys of this org alone")

    def run(self, **options: Any) -> str:
        slug: str | None = options["org"]
        api_keys = ApiKey.objects.select_related("org")
        if slug is not None:
            api_keys = api_keys.for_org(get_org(slug).pk)
        return self.table(
            ("PREFIX", "ORG", "STATE", "CREATED", "LAST USED", "EXPIRES", "NAME"),
            (
                (
                    api_key.prefix,
                    api_key.org.slug,
                    api_key.state,
                    when(api_key.created_at),
                    when(api_key.last_used_at),
                    when(api_key.expires_at),
                    api_key.name,
                )
                for api_key in api_keys
            ),
        )
