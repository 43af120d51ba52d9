from typing import Any

from django.db.models import Count

from orgs.commands import Command as BaseCommand
from orgs.models import Org
from orgs.models.api_key import is_live


class Command(BaseCommand):
    help = (
        "Prints every org, one a line: slug, plan, requests a minute, active or suspended, number of live keys, name. "
        "Columns with a header on a terminal; in a pipe tabs between the cells, and no header."
    )

    def run(self, **options: Any) -> str:
        orgs = Org.objects.annotate(live_keys=Count("api_keys", filter=is_live("api_keys__"))).order_by("slug")
        return self.table(
            ("SLUG", "PLAN", "REQUESTS/MIN", "STATE", "LIVE KEYS", "NAME"),
            (
                (
                    org.slug,
                    org.plan,
                    org.requests_per_minute,
                    "active" if org.is_active else "suspended",
                    org.live_keys,
                    org.name,
                )
                for org in orgs
            ),
        )
