from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from orgs.commands import RecordedCommand
from staff.login import second_factor


class Command(RecordedCommand):
    help = (
        "Removes all second factors of a staff login, for somebody who has lost them. The next login sets up another."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")

    def run(self, *, login: str, **options: Any) -> str:
        user = User.objects.filter(username__iexact=login).first()
        if user is None:
            raise CommandError(f"There is no staff login {login!r}.")
        self.event_about = user
        return f"Removed: {second_factor.reset(user)}."
