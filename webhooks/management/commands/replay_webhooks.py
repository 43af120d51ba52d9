from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgs.commands import utc_time
from webhooks.commands import EndpointCommand, get_endpoint
from webhooks.services.deliveries import replay_deliveries, replay_delivery


class Command(EndpointCommand):
    help = (
        "Sends deliveries of a webhook endpoint again, with their earlier ids, and prints how many: those that failed "
        "or were cancelled since a date, or one delivery."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--since", type=utc_time, metavar="TIME", help="created since then (UTC), as 2026-11-30")
        what.add_argument("--delivery", type=int, metavar="ID", help="only this delivery, also if it has arrived")

    def run(self, *, endpoint_id: int, delivery: int | None, since: Any, **options: Any) -> str:
        endpoint, count = get_endpoint(endpoint_id), 1
        if delivery is None:
            count = replay_deliveries(endpoint=endpoint, since=since)
        elif endpoint.deliveries.filter(pk=delivery).exists():
            replay_delivery(delivery_id=delivery)
        else:
            raise CommandError(f"This endpoint has no delivery {delivery}. list_deliveries prints their ids.")
        self.event_about, self.event_detail = endpoint, f"Replayed: {count:,}."
        return str(count)
