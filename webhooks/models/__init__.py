from webhooks.models.delivery import Delivery, Outcome
from webhooks.models.endpoint import Endpoint, EndpointState, Status
from webhooks.models.event import Event

__all__ = ["Delivery", "Endpoint", "EndpointState", "Event", "Outcome", "Status"]
