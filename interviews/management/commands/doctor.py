from typing import Any

from django.core.management.base import CommandError

from hindsight.doctor import examine
from orgs.commands import RecordedCommand


class Command(RecordedCommand):
    help = (
        "Checks the database, migrations, rate limit store, model endpoint, static files, proxies, mails with the "
        "DNS records of their domain, and settings. "
        "Prints one line per check: ok, or FAIL with the problem and its remedy. The exit status is 1 if a check fails."
    )

    def run(self, **options: Any) -> str:
        healthy = True
        for finding in examine():  # printed one by one: a check can wait for a timeout
            self.stdout.write(f"{'ok' if finding.ok else 'FAIL':<4}  {finding.name}: {finding.text}")
            healthy = healthy and finding.ok
        if not healthy:
            raise CommandError("Some checks failed, see above.")
        return ""
