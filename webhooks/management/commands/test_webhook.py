from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import Command as BaseCommand
from webhooks.commands import get_endpoint
from webhooks.services import send_test_event


class Command(BaseCommand):
    help = (
        "Sends a signed test event to a webhook endpoint, and prints the delivery's id. list_deliveries shows the "
        "result."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("endpoint_id", metavar="ENDPOINT_ID", type=int)

    def run(self, **options: Any) -> str:
        endpoint_id: int = options["endpoint_id"]
        endpoint = get_endpoint(endpoint_id)
        self.event_about, self.event_detail = endpoint, "Test event."
        return str(send_test_event(endpoint).pk)
