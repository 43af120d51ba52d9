"""What the commands share."""

from django.core.management.base import CommandError

from webhooks.models import Endpoint


def get_endpoint(endpoint_id: int) -> Endpoint:
    """Raises CommandError."""
    try:
        return Endpoint.objects.select_related("org").get(pk=endpoint_id)
    except Endpoint.DoesNotExist:
        raise CommandError(f"There is no webhook endpoint {endpoint_id}. list_webhooks prints their ids.") from None
