import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser, DjangoHelpFormatter
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from hindsight.text.visible import visible
from orgs import keys
from orgs.actors import Actor, ActorKind
from orgs.models import ApiKey, Org
from orgs.recorded import RecordedCommand


class ParagraphHelpFormatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    pass


class Command(RecordedCommand):
    """`run` returns the text to print."""

    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        formatter = ParagraphHelpFormatter if "\n" in self.help else DjangoHelpFormatter
        return super().create_parser(prog_name, subcommand, formatter_class=formatter, **kwargs)

    def run(self, **options: Any) -> str:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            return visible(self.run(**options))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except (OperationalError, InterfaceError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"{reason} Run `manage.py doctor` to check the database and the settings.") from error

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.COMMAND, type(self).__module__.rpartition(".")[2])

    def progress(self, total: int | None, unit: str) -> "tqdm[NoReturn]":
        """Hidden unless standard error is a terminal."""
        return tqdm(total=total, unit=unit, unit_scale=True, file=sys.stderr, disable=not self.stderr.isatty())

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
        """Formats columns with a header for a terminal, or else tab-separated rows."""
        # Names can contain tabs, line breaks and terminal escape sequences.
        cells = [["".join(filter(str.isprintable, " ".join(str(cell).split()))) for cell in row] for row in rows]
        if not self.stdout.isatty():
            return "\n".join("\t".join(row) for row in cells)
        lines = [list(header), *cells]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )


def get_org(slug: str) -> Org:
    """Raises CommandError."""
    try:
        return Org.objects.get(slug=slug)
    except Org.DoesNotExist:
        raise CommandError(f"There is no org with the slug {slug!r}.") from None


def get_api_key(key_or_prefix: str) -> ApiKey:
    """`-` reads standard input, so that a key is not in the shell's history. Raises CommandError."""
    if key_or_prefix == "-":
        key_or_prefix = sys.stdin.readline().strip()
    lookup = {"prefix": key_or_prefix}
    if keys.is_well_formed(key_or_prefix):
        lookup = {"digest": keys.digest_of(key_or_prefix)}
    try:
        return ApiKey.objects.get(**lookup)
    except ApiKey.DoesNotExist:
        raise CommandError("There is no API key with this value or prefix.") from None


def format_time(time: datetime | None) -> str:
    return "-" if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
