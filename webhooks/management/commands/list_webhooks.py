from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import RecordedCommand, format_time, get_org
from webhooks.models import Endpoint


class Command(RecordedCommand):
    help = (
        "Prints webhook endpoints, one per line, newest first: id, org, state, failing since, events, URL. "
        "Times are in UTC. Secrets are not shown."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="SLUG", help="print only the endpoints of this org")

    def run(self, *, org: str | None, **options: Any) -> str:
        endpoints = Endpoint.objects.select_related("org")
        if org is not None:
            endpoints = endpoints.for_org(get_org(org).pk)
        rows = (
            (row.pk, row.org.slug, row.state, format_time(row.failing_since), ",".join(row.event_types), row.url)
            for row in endpoints
        )
        return self.table(("ID", "ORG", "STATE", "FAILING SINCE", "EVENTS", "URL"), rows)
