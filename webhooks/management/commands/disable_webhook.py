from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import Command as BaseCommand
from webhooks.commands import get_endpoint
from webhooks.services import disable_endpoint


class Command(BaseCommand):
    help = "Disables a webhook endpoint, cancels its pending deliveries, and prints its state."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("endpoint_id", metavar="ENDPOINT_ID", type=int)

    def run(self, **options: Any) -> str:
        endpoint_id: int = options["endpoint_id"]
        self.event_about, self.event_detail = get_endpoint(endpoint_id), "Disabled."
        return disable_endpoint(endpoint_id=endpoint_id).state
