from webhooks.models.endpoint import Endpoint, EndpointState, Status
from webhooks.models.event import Delivery, Event, Outcome

__all__ = ["Delivery", "Endpoint", "EndpointState", "Event", "Outcome", "Status"]
