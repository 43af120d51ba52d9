from typing import Any

from interviews.demo import seed
from orgs.commands import RecordedCommand


class Command(RecordedCommand):
    help = "Creates two demo orgs with contacts and interview requests if they do not exist, and prints their slugs."

    def run(self, **options: Any) -> str:
        return "\n".join(org.slug for org in seed())
