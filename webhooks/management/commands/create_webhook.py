from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import RecordedCommand, get_org
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint


class Command(RecordedCommand):
    help = "Creates a webhook endpoint. Prints its id and its secret, which cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("org_slug", metavar="ORG_SLUG")
        parser.add_argument("url", metavar="URL", help="https://…; its host must have public addresses only")
        parser.add_argument(
            "--event", action="append", choices=[*EVENT_TYPES], help="an event to send; repeatable (default: all)"
        )

    def run(self, *, org_slug: str, url: str, event: list[str] | None, **options: Any) -> str:
        events = event or [*EVENT_TYPES]
        endpoint = create_endpoint(org_id=get_org(org_slug).pk, url=clean_url(url), event_types=events)
        self.event_about, self.event_detail = endpoint, f"Events: {', '.join(endpoint.event_types)}."
        return f"{endpoint.pk}\n{endpoint.secret}"
