from typing import Any

from django.core.management.base import CommandParser

from interviews.services.create import onboard_org
from orgs.commands import RecordedCommand
from orgs.plans import Plan


class Command(RecordedCommand):
    help = "Creates an org with the win-loss interview for buyers, and prints its slug."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the name, which Paige uses too")
        parser.add_argument("--plan", required=True, choices=Plan.values)
        parser.add_argument(
            "--rate-limit", type=int, metavar="N", help="requests per minute (default: the plan's limit)"
        )

    def run(self, *, name: str, plan: str, rate_limit: int | None, **options: Any) -> str:
        org = onboard_org(name=name, plan=plan, own_rate_limit=rate_limit)
        self.event_about, self.event_detail = org, f"Plan: {org.plan}. Own rate limit: {org.own_rate_limit or 'none'}."
        return org.slug
