from typing import Any

from webhooks.commands import EndpointCommand, get_endpoint
from webhooks.services.events import send_test_event


class Command(EndpointCommand):
    help = (
        "Sends a signed test event to a webhook endpoint, and prints the delivery's id. list_deliveries shows the "
        "result."
    )

    def run(self, *, endpoint_id: int, **options: Any) -> str:
        endpoint = get_endpoint(endpoint_id)
        self.event_about, self.event_detail = endpoint, "Test event."
        return str(send_test_event(endpoint).pk)
