from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import Command as BaseCommand
from webhooks.commands import get_endpoint
from webhooks.services import enable_endpoint


class Command(BaseCommand):
    help = "Enables a webhook endpoint, and prints its state. Use replay_webhooks to send what it has missed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("endpoint_id", metavar="ENDPOINT_ID", type=int)

    def run(self, **options: Any) -> str:
        endpoint_id: int = options["endpoint_id"]
        self.event_about, self.event_detail = get_endpoint(endpoint_id), "Enabled."
        return enable_endpoint(endpoint_id=endpoint_id).state
