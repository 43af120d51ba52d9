from datetime import datetime
from typing import Any

from rest_framework import serializers

from hindsight.api.json_bodies import body_of
from hindsight.api.pagination import PageSerializer
from hindsight.text.timestamps import utc_text
from webhooks.models import Endpoint, EndpointState
from webhooks.models.event import EVENT_TYPES

Body = dict[str, Any]


class WebhookEndpoint(serializers.Serializer[Any]):
    id = serializers.CharField()
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=[*EVENT_TYPES]))
    status = serializers.ChoiceField(
        choices=EndpointState.choices,
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


class WebhookEndpointPage(PageSerializer):
    data = WebhookEndpoint(many=True)  # type: ignore[assignment]  # REST framework has a property `data`


class SentTestEvent(serializers.Serializer[Any]):
    webhook_id = serializers.CharField(help_text="The header `webhook-id` of the test event.")


class EndpointRow:
    def __init__(self, endpoint: Endpoint) -> None:
        self.id = endpoint.public_id
        self.url = endpoint.url
        self.event_types = endpoint.event_types
        self.status = endpoint.state
        self.failing_since = _shown(endpoint.failing_since)
        self.is_failing = endpoint.is_failing
        self.previous_secret_until = _shown(endpoint.previous_secret_until)
        self.created_at = _shown(endpoint.created_at)
        self.secret = endpoint.secret

    def body(self) -> Body:
        return body_of(WebhookEndpoint, self)

    def body_with_secret(self) -> Body:
        return body_of(WebhookEndpointWithSecret, self)


def _shown(time: datetime | None) -> str | None:
    return None if time is None else utc_text(time)
