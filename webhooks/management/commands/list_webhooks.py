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

    def run(self, **options: Any) -> str:
        slug: str | None = options["org"]
        endpoints = Endpoint.objects.select_related("org")
        if slug is not None:
            endpoints = endpoints.for_org(get_org(slug).pk)
        return self.table(
            ("ID", "ORG", "STATE", "FAILING SINCE", "EVENTS", "URL"),
            (
                (
                    endpoint.pk,
                    endpoint.org.slug,
                    endpoint.state,
                    format_time(endpoint.failing_since),
                    ",".join(endpoint.event_types),
                    endpoint.url,
                )
                for endpoint in endpoints
            ),
        )
