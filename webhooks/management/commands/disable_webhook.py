from typing import Any

from webhooks.commands import EndpointCommand, get_endpoint
from webhooks.services.endpoints import disable_endpoint


class Command(EndpointCommand):
    help = "Disables a webhook endpoint, cancels its pending deliveries, and prints its state."

    def run(self, *, endpoint_id: int, **options: Any) -> str:
        self.event_about, self.event_detail = get_endpoint(endpoint_id), "Disabled."
        return disable_endpoint(endpoint_id=endpoint_id).state
