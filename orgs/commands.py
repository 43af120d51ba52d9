"""What the management commands share: one result on standard output, errors on standard error with exit status 1."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from orgs.actors import Actor, ActorKind
from orgs.models import Org


class Command(BaseCommand):
    """A command whose `run` returns the text to print. Its ValidationErrors are the operator's to read."""

    requires_system_checks: list[str] = []

    def run(self, **options: Any) -> str:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            return self.run(**options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.COMMAND, type(self).__module__.rpartition(".")[2])


def get_org(slug: str) -> Org:
    """Raises CommandError."""
    try:
        return Org.objects.get(slug=slug)
    except Org.DoesNotExist:
        raise CommandError(f"There is no org with the slug {slug!r}.") from None
