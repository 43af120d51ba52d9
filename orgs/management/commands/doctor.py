from typing import Any

from django.core.management.base import CommandError

from hindsight.doctor import examine
from orgs.commands import Command as BaseCommand


class Command(BaseCommand):
    help = (
        "Checks the database, migrations, the store of the rate limits, the model's endpoint and the settings, and "
        "prints a line on each: ok, or FAIL with what to do about it. The exit status is 1 if anything fails."
    )

    def run(self, **options: Any) -> str:
        healthy = True
        for finding in examine():  # a line at a time: the next check may have to wait for an answer
            self.stdout.write(f"{'ok' if finding.ok else 'FAIL':<4}  {finding.name}: {finding.text}")
            healthy = healthy and finding.ok
        if not healthy:
            raise CommandError("Something is wrong, see above.")
        return ""
