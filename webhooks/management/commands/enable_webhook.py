from typing import Any

from webhooks.commands import EndpointCommand, get_endpoint
from webhooks.services.endpoints import enable_endpoint


class Command(EndpointCommand):
    help = "Enables a webhook endpoint, and prints its state. Use replay_webhooks to send what it has missed."

    def run(self, *, endpoint_id: int, **options: Any) -> str:
        self.event_about, self.event_detail = get_endpoint(endpoint_id), "Enabled."
        return enable_endpoint(endpoint_id=endpoint_id).state
