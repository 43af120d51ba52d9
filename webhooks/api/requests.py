from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hindsight.api.errors import BadRequest
from hindsight.api.json_bodies import ChoiceField, StrictSerializer, TextField, WholeNumberField
from webhooks.models import EndpointState
from webhooks.models.endpoint import MAX_URL_LENGTH
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import clean_url_in_time
from webhooks.services.endpoints import MAX_GRACE, clean_event_types

URL = {"format": "uri", "maxLength": MAX_URL_LENGTH, "pattern": "^https?://"}
STATUSES = [EndpointState.ACTIVE.value, EndpointState.DISABLED.value]
URL_HELP = "Where we send the events: https://…, and all addresses of its host must be public."


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "string", "enum": [*EVENT_TYPES]},
        "minItems": 1,
        "maxItems": len(EVENT_TYPES),
        "uniqueItems": True,
    }
)
class EventTypesField(serializers.Field[list[str], Any, list[str], Any]):
    default_error_messages = {"invalid": f"Send a list of one or more of these events: {', '.join(EVENT_TYPES)}."}
    default_error_messages["null"] = default_error_messages["invalid"]

    def to_internal_value(self, data: object) -> list[str]:
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data) or len({*data}) < len(data):
            self.fail("invalid")
        return clean_event_types(data)

    def to_representation(self, value: list[str]) -> list[str]:
        return value


class UrlField(TextField):
    """Resolves the host name, which can take seconds. The serializer's context has the `org_id`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(clean=self._clean, schema=URL, help_text=URL_HELP, **kwargs)

    def _clean(self, url: str) -> str:
        return clean_url_in_time(url, caller=("org", self.context["org_id"]))


class CreateWebhookEndpoint(StrictSerializer):
    url = UrlField()
    event_types = EventTypesField(help_text="The events to send. Ones that are added later are not among them.")


class UpdateWebhookEndpoint(StrictSerializer):
    url = UrlField(required=False)
    event_types = EventTypesField(required=False, help_text="The events to send from now on.")
    status = ChoiceField(
        choices=STATUSES,
        required=False,
        help_text="`disabled` cancels the pending deliveries. `active` sends new events again, not those in between.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise BadRequest(f"No fields provided. Send at least one of {', '.join(self.fields)}.")
        return attrs


WHOLE_DAYS = f"Send a whole number from 0 to {MAX_GRACE.days}."


class RotateWebhookSecret(StrictSerializer):
    grace_days = WholeNumberField(
        min_value=0,
        max_value=MAX_GRACE.days,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), WHOLE_DAYS),
        help_text="Days until the earlier secret no longer signs. 0 after a leak.",
    )
