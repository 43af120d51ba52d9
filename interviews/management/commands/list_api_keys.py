from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import RecordedCommand, format_time, get_org
from orgs.models import ApiKey


class Command(RecordedCommand):
    help = (
        "Prints API keys, one per line, newest first: prefix, org, state (live, expired or revoked), created, last "
        "used, expires, scopes, name. Times are in UTC. The secrets are not stored and cannot be shown. "
        "Prints aligned columns with a header on a terminal, otherwise tab-separated values without a header."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="SLUG", help="print only the keys of this org")

    def run(self, *, org: str | None, **options: Any) -> str:
        api_keys = ApiKey.objects.select_related("org")
        if org is not None:
            api_keys = api_keys.for_org(get_org(org).pk)
        return self.table(
            ("PREFIX", "ORG", "STATE", "CREATED", "LAST USED", "EXPIRES", "SCOPES", "NAME"),
            (
                (
                    *(key.prefix, key.org.slug, key.state, format_time(key.created_at)),
                    *(format_time(key.last_used_at), format_time(key.expires_at), key.scopes, key.name),
                )
                for key in api_keys
            ),
        )
