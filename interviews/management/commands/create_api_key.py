from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.services.create import open_test_room
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org
from orgs.models.api_key import SCOPES
from orgs.services import MAX_LIFETIME_DAYS, create_api_key


class Command(BaseCommand):
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

    def run(self, **options: Any) -> str:
        org_slug: str = options["org_slug"]
        name: str = options["name"]
        expires_in: int | None = options["expires_in"]
        if expires_in is not None and not 1 <= expires_in <= MAX_LIFETIME_DAYS:
            raise CommandError(f"--expires-in must be from 1 to {MAX_LIFETIME_DAYS} days.")
        lifetime = None if expires_in is None else timedelta(days=expires_in)
        given: list[str] = options["scope"] or (["all"] if options["test"] else ["read", "write"])
        scopes = " ".join(scope for scope in SCOPES if {scope, "all"} & {*given})
        org = get_org(org_slug)
        room = open_test_room(org_id=org.pk) if options["test"] else org
        self.event_about, secret = create_api_key(org=room, name=name, lifetime=lifetime, scopes=scopes)
        self.event_detail = f"Scopes: {scopes}."
        return secret
