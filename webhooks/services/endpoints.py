from collections.abc import Sequence
from datetime import timedelta
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.models import Org
from webhooks.models import Endpoint, EndpointState
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import Url
from webhooks.signing import new_secret

# Of one org, without disabled ones.
MAX_ENDPOINTS = 5
DEFAULT_GRACE, MAX_GRACE = timedelta(days=7), timedelta(days=30)
HEALTH = ("failing_since", "slow_since", "paused_until")


class EndpointValues(TypedDict, total=False):
    url: Url
    event_types: Sequence[str]


@transaction.atomic
def create_endpoint(*, org_id: int, url: Url, event_types: Sequence[str]) -> Endpoint:
    """Raises ValidationError and Org.DoesNotExist. The secret is in `Endpoint.secret`."""
    endpoint = Endpoint(org_id=org_id, url=url, event_types=clean_event_types(event_types))
    _require_room(org_id)
    endpoint.full_clean()
    endpoint.save()
    return endpoint


@transaction.atomic
def update_endpoint(*, endpoint_id: int, **values: Unpack[EndpointValues]) -> Endpoint:
    """A new URL starts without failures.

    Raises ValidationError and Endpoint.DoesNotExist.
    """
    if "event_types" in values:
        values["event_types"] = clean_event_types(values["event_types"])
    endpoint = _locked(endpoint_id)
    if values.get("url", endpoint.url) != endpoint.url:
        _forget_failures(endpoint)
    for field, value in values.items():
        setattr(endpoint, field, value)
    endpoint.full_clean()
    endpoint.save(update_fields=[*values, *HEALTH])
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint_id: int, grace: timedelta) -> Endpoint:
    """Until `grace` is over, deliveries have a signature of each secret. Raises Endpoint.DoesNotExist."""
    endpoint = _locked(endpoint_id)
    endpoint.previous_secret, endpoint.secret = endpoint.secret, new_secret()
    endpoint.previous_secret_until = timezone.now() + grace
    endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
    return endpoint


@transaction.atomic
def disable_endpoint(*, endpoint_id: int) -> Endpoint:
    """Cancels the pending deliveries. Raises Endpoint.DoesNotExist."""
    endpoint = _locked(endpoint_id)
    if endpoint.is_active:
        endpoint.close(EndpointState.DISABLED)
    return endpoint


@transaction.atomic
def enable_endpoint(*, endpoint_id: int) -> Endpoint:
    """Cancelled deliveries stay cancelled until they are replayed. Raises ValidationError, Endpoint.DoesNotExist."""
    endpoint = _locked(endpoint_id)
    if not endpoint.is_active:
        _require_room(endpoint.org_id)
        endpoint.state = EndpointState.ACTIVE
        _forget_failures(endpoint)
        endpoint.save(update_fields=["state", *HEALTH])
    return endpoint


def clean_event_types(event_types: Sequence[str]) -> list[str]:
    """Returns them in the order of the table. Raises ValidationError."""
    unknown = set(event_types) - EVENT_TYPES.keys()
    if unknown or not event_types:
        raise ValidationError(f"Choose one or more of these events: {', '.join(EVENT_TYPES)}.")
    return [event_type for event_type in EVENT_TYPES if event_type in event_types]


def _locked(endpoint_id: int) -> Endpoint:
    """Raises Endpoint.DoesNotExist."""
    endpoint: Endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    return endpoint


def _forget_failures(endpoint: Endpoint) -> None:
    for field in HEALTH:
        setattr(endpoint, field, None)


def _require_room(org_id: int) -> None:
    """Locks the org, so that concurrent calls count each other's endpoints."""
    Org.objects.select_for_update(no_key=True).get(pk=org_id)
    if Endpoint.objects.for_org(org_id).active().count() >= MAX_ENDPOINTS:
        raise ValidationError(f"An org can have {MAX_ENDPOINTS} active webhook endpoints. Disable one first.")
