from django.core.management.base import CommandError, CommandParser

from orgs.commands import RecordedCommand
from webhooks.models import Endpoint


class EndpointCommand(RecordedCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("endpoint_id", metavar="ENDPOINT_ID", type=int)


def get_endpoint(endpoint_id: int) -> Endpoint:
    """Raises CommandError."""
    try:
        return Endpoint.objects.select_related("org").get(pk=endpoint_id)
    except Endpoint.DoesNotExist:
        raise CommandError(f"There is no webhook endpoint {endpoint_id}. list_webhooks prints their ids.") from None
