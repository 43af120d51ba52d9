from typing import Any

from orgs.commands import RecordedCommand
from orgs.models import Org

STATES = {True: "active", False: "suspended"}


class Command(RecordedCommand):
    help = (
        "Prints all orgs, one per line: slug, plan, requests per minute, active or suspended, number of live keys, "
        "name. Prints aligned columns with a header on a terminal, otherwise tab-separated values without a header."
    )

    def run(self, **options: Any) -> str:
        orgs = Org.objects.without_test_rooms().with_live_keys().order_by("slug")
        rows = (
            (org.slug, org.plan, org.requests_per_minute, STATES[org.is_active], org.live_keys, org.name)
            for org in orgs
        )
        return self.table(("SLUG", "PLAN", "REQUESTS/MIN", "STATE", "LIVE KEYS", "NAME"), rows)
