from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from hindsight.environment import MAX_DAYS
from interviews.services.create import open_test_room
from orgs.commands import RecordedCommand, get_org
from orgs.models.org import SCOPES
from orgs.services import create_api_key


class Command(RecordedCommand):
    help = "Issues an API key and prints it. The key is not stored and cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("org_slug", metavar="ORG_SLUG")
        parser.add_argument("--name", required=True, help="the system or person that will use the key")
        parser.add_argument(
            "--expires-in", type=int, metavar="DAYS", help="days until the key expires (default and maximum: the org's)"
        )
        parser.add_argument(
            "--test", action="store_true", help="a key of the org's test room, which is created if missing"
        )
        parser.add_argument(
            "--scope",
            action="append",
            choices=[*SCOPES, "all"],
            help="what the key may do; can be repeated (default: read and write; all with --test)",
        )

    def run(
        self, *, org_slug: str, name: str, expires_in: int | None, test: bool, scope: list[str] | None, **options: Any
    ) -> str:
        if expires_in is not None and not 1 <= expires_in <= MAX_DAYS:
            raise CommandError(f"--expires-in must be from 1 to {MAX_DAYS} days.")
        lifetime = None if expires_in is None else timedelta(days=expires_in)
        given = scope or (["all"] if test else ["read", "write"])
        scopes = " ".join(each for each in SCOPES if {each, "all"} & {*given})
        org = get_org(org_slug)
        room = open_test_room(org_id=org.pk) if test else org
        self.event_about, secret = create_api_key(org=room, name=name, lifetime=lifetime, scopes=scopes)
        self.event_detail = f"Scopes: {scopes}."
        return secret
