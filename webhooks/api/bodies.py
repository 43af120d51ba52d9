from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hindsight.api.errors import BadRequest
from hindsight.api.json_bodies import ChoiceField, StrictSerializer, TextField, WholeNumberField
from hindsight.api.pagination import page_of_rows
from webhooks.models import EndpointState
from webhooks.models.endpoint import MAX_URL_LENGTH
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import clean_url_in_time
from webhooks.services.endpoints import MAX_GRACE, clean_event_types

STATUSES = [EndpointState.ACTIVE.value, EndpointState.DISABLED.value]


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


class UrlField(TextField):
    """Resolves the host name, which can take seconds. The serializer's context has the `org_id`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            clean=lambda url: clean_url_in_time(url, caller=("org", self.context["org_id"])),
            schema={"format": "uri", "maxLength": MAX_URL_LENGTH, "pattern": "^https?://"},
            help_text="Where we send the events: https://…, and all addresses of its host must be public.",
            **kwargs,
        )


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


class RotateWebhookSecret(StrictSerializer):
    grace_days = WholeNumberField(
        min_value=0,
        max_value=MAX_GRACE.days,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"Send a whole number from 0 to {MAX_GRACE.days}."
        ),
        help_text="Days until the earlier secret no longer signs. 0 after a leak.",
    )


class WebhookEndpoint(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=[*EVENT_TYPES]))
    status = serializers.ChoiceField(
        choices=EndpointState.choices,
        source="state",
        help_text="`active`; `disabled` by you or by our staff; `gone` if it was disabled because it answered 410, "
        "`failing` because every attempt failed for five days.",
    )
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The first failed attempt after the last successful one, or null."
    )
    is_failing = serializers.BooleanField(
        help_text="Whether the endpoint is active, and every attempt has failed for an hour or longer."
    )
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then, events also have a signature of the secret before the last rotation."
    )
    created_at = serializers.DateTimeField()


class WebhookEndpointWithSecret(WebhookEndpoint):
    secret = serializers.CharField(help_text="Signs the events. It is not shown again.")


WebhookEndpointPage = page_of_rows("WebhookEndpointPage", WebhookEndpoint)


class SentTestEvent(serializers.Serializer[Any]):
    webhook_id = serializers.CharField(help_text="The header `webhook-id` of the test event.")


URL = "https://crm.example.com/hindsight"
EVENTS = ["interview.started", "interview.completed"]

CREATE_EXAMPLE = {"url": URL, "event_types": EVENTS}
UPDATE_EXAMPLE = {"event_types": EVENTS, "status": "active"}
ENDPOINT_EXAMPLE = {
    "id": "endpoint_3",
    "url": URL,
    "event_types": EVENTS,
    "status": "active",
    "failing_since": None,
    "is_failing": False,
    "previous_secret_until": None,
    "created_at": "2026-11-28T09:30:00.000000Z",
}
CREATED_EXAMPLE = {**ENDPOINT_EXAMPLE, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD5Ic8WYh5LYw="}
ROTATED_EXAMPLE = {**CREATED_EXAMPLE, "previous_secret_until": "2026-12-05T09:31:12.406318Z"}
