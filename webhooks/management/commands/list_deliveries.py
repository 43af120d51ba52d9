from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgs.commands import format_time
from webhooks.commands import EndpointCommand, get_endpoint
from webhooks.models import Delivery, Status


class Command(EndpointCommand):
    help = (
        "Prints the deliveries of a webhook endpoint, one per line, newest first: id, event, status, attempts, last "
        "outcome, last HTTP status, last attempt, next attempt, message id. Times are in UTC."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--status", choices=Status.values, help="print only deliveries with this status")
        parser.add_argument(
            "--limit", type=int, default=100, metavar="N", help="at most N lines (default: %(default)s)"
        )

    def run(self, *, endpoint_id: int, status: str | None, limit: int, **options: Any) -> str:
        if limit < 1:
            raise CommandError("--limit must be 1 or more.")
        deliveries = get_endpoint(endpoint_id).deliveries.select_related("event").without_answers()
        if status is not None:
            deliveries = deliveries.filter(status=status)
        header = ("ID", "EVENT", "STATUS", "ATTEMPTS", "OUTCOME", "HTTP", "LAST ATTEMPT", "NEXT ATTEMPT", "MESSAGE ID")
        return self.table(header, (row_of(delivery) for delivery in deliveries[:limit]))


def row_of(delivery: Delivery) -> tuple[object, ...]:
    return (
        delivery.pk,
        delivery.event.type,
        delivery.status,
        delivery.all_attempts,
        delivery.last_outcome or "-",
        delivery.last_status or "-",
        format_time(delivery.last_attempt_at),
        format_time(delivery.next_attempt_at),
        delivery.event.message_id,
    )
