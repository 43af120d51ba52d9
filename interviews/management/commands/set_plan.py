from typing import Any

from django.core.management.base import CommandParser

from orgs.commands import RecordedCommand, get_org
from orgs.plans import Plan
from orgs.services import OrgValues, update_org


class Command(RecordedCommand):
    help = (
        "Changes the plan of an org, and prints its limit in requests per minute. The org's own limit, if it has one, "
        "stays in force unless you pass one of the options."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("org_slug", metavar="ORG_SLUG")
        parser.add_argument("plan", metavar="PLAN", choices=Plan.values, help=", ".join(Plan.values))
        limit = parser.add_mutually_exclusive_group()
        limit.add_argument(
            "--rate-limit", type=int, metavar="N", help="give the org its own limit, in requests per minute"
        )
        limit.add_argument(
            "--plan-limit", action="store_true", help="remove the org's own limit; the plan's limit applies"
        )

    def run(self, *, org_slug: str, plan: str, rate_limit: int | None, plan_limit: bool, **options: Any) -> str:
        values: OrgValues = {"plan": plan}
        if plan_limit or rate_limit is not None:
            values["own_rate_limit"] = rate_limit
        org = update_org(org_id=get_org(org_slug).pk, **values)
        self.event_about, self.event_detail = org, f"Plan: {org.plan}. Own rate limit: {org.own_rate_limit or 'none'}."
        return str(org.requests_per_minute)
