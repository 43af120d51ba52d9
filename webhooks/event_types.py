"""The events that an endpoint can subscribe to. A new event is one row here, and a call of `record_event()`."""

from collections.abc import Mapping

EVENT_TYPES: Mapping[str, str] = {
    "interview.started": "The contact has given consent, and the conversation begins.",
    "interview.completed": "The contact has sent the answers, and the transcript can be read.",
    "interview.flagged": "The contact wants to stop, a person or a deletion, has declined, or takes part after all: "
    "see `flags`.",
}

# Sent by staff, to one endpoint, whatever it subscribes to.
TEST_EVENT = "webhook.test"
