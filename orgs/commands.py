import os
import pwd
import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from tqdm import tqdm

from hindsight.text.record_files import WRITERS, Record
from hindsight.text.visible import visible
from orgs import keys
from orgs.actors import Actor, ActorKind
from orgs.models import ApiKey, EventKind, Org
from orgs.security_events import log_event, new_event, store_if_possible

# Of commands that succeed.
KINDS = {
    "create_api_key": EventKind.KEY_ISSUED,
    "create_interview_type": EventKind.TYPE_CREATED,
    "create_org": EventKind.ORG_CREATED,
    "create_webhook": EventKind.WEBHOOK_CREATED,
    "disable_webhook": EventKind.WEBHOOK_CHANGED,
    "enable_webhook": EventKind.WEBHOOK_CHANGED,
    "erase_contact": EventKind.ERASURE,
    "export_corrections": EventKind.EXPORT,
    "export_interviews": EventKind.EXPORT,
    "export_security_events": EventKind.EXPORT,
    "import_contacts": EventKind.IMPORT,
    "import_deals": EventKind.IMPORT,
    "replay_webhooks": EventKind.WEBHOOK_SENT,
    "reset_second_factor": EventKind.SECOND_FACTOR_REMOVED,
    "revoke_api_key": EventKind.KEY_REVOKED,
    "rotate_api_key": EventKind.KEY_ROTATED,
    "rotate_webhook_secret": EventKind.WEBHOOK_ROTATED,
    "set_plan": EventKind.ORG_CHANGED,
    "show_prompt": EventKind.PROMPT_READ,
    "test_webhook": EventKind.WEBHOOK_SENT,
}
NOT_RECORDED = {"demo", "doctor", "mcp", "receive_mail", "run_worker", "seed_demo"}


class ParagraphHelpFormatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    pass


class RecordedCommand(BaseCommand):
    """`run` returns the text to print.

    Records each run as a security event, without arguments: they can be keys or email addresses.
    """

    requires_system_checks: list[str] = []
    event_about: Model | None = None  # set by `run`
    event_detail = ""
    is_recorded = False
    run: Callable[..., str]  # takes the options

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        formatter = ParagraphHelpFormatter if "\n" in self.help else DjangoHelpFormatter
        return super().create_parser(prog_name, subcommand, formatter_class=formatter, **kwargs)

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            return visible(self.run(**options))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except (OperationalError, InterfaceError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"{reason} Run `manage.py doctor` to check the database and the settings.") from error

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.event_about, self.event_detail, self.is_recorded = None, "", False
        try:
            result = super().execute(*args, **options)
        except BaseException as error:
            if not isinstance(error.__cause__ or error, OperationalError | InterfaceError):
                self.record(options, failed=True)
            raise
        self.record(options)
        return result

    def record(self, options: dict[str, Any], *, failed: bool = False) -> None:
        """Exports call it before they print."""
        name = self.actor.name
        if self.is_recorded or name in NOT_RECORDED:
            return
        self.is_recorded = True
        event = new_event(
            EventKind.COMMAND if failed else KINDS.get(name, EventKind.COMMAND),
            self.actor,
            about=self.event_about,
            org="" if self.event_about else _existing_slug(options.get("org") or options.get("org_slug")),
            detail=f"{'Failed. ' if failed else ''}{self.event_detail} System user: {_system_user()}.",
        )
        if not self.stderr.isatty():
            log_event(event)
        store_if_possible(event)

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.COMMAND, type(self).__module__.rpartition(".")[2])

    def progress(self, total: int | None, unit: str) -> "tqdm[NoReturn]":
        return tqdm(total=total, unit=unit, unit_scale=True, file=sys.stderr, disable=not self.stderr.isatty())

    def export(self, format: str, records: Iterable[Record], columns: Sequence[str], output: str | None = None) -> str:
        """Writes to standard output, or to a file, which only its owner can read if it is new. Then returns the number
        of records. Raises CommandError.
        """
        private = partial(os.open, mode=0o600)
        file = open_file(output, "w", encoding="utf-8", newline="", opener=private) if output else None
        numbers = count()  # zip() takes one for each record
        try:
            with file or nullcontext(self.stdout) as out:
                for line in WRITERS[format]((record for record, _ in zip(records, numbers, strict=False)), columns):
                    out.write(line)
        except BrokenPipeError:  # the reader closed the pipe, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        return str(next(numbers)) if output else ""

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
        """Without a terminal: tab-separated rows."""
        # Names can contain tabs, line breaks and terminal escape sequences.
        cells = [["".join(filter(str.isprintable, " ".join(str(cell).split()))) for cell in row] for row in rows]
        if not self.stdout.isatty():
            return "\n".join("\t".join(row) for row in cells)
        lines = [list(header), *cells]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )


def open_file(name: str, mode: str, **options: Any) -> Any:
    """Raises CommandError."""
    try:
        return open(name, mode, **options)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}.") from None


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


def add_output(parser: CommandParser, records: str) -> None:
    parser.add_argument(
        "--output",
        metavar="FILE",
        help=f"write to this file, which only its owner can read if it is new, and print the number of {records}",
    )


def add_api_key(parser: CommandParser) -> None:
    parser.add_argument(
        "key_or_prefix",
        metavar="KEY_OR_PREFIX",
        help="the key, or its prefix as list_api_keys prints it; - reads it from standard input",
    )


def utc_time(text: str) -> datetime:
    """The type of an option. A time without an offset is in UTC, and a date is its midnight."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time such as 2026-11-30T09:00.") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def format_time(time: datetime | None) -> str:
    return "-" if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _existing_slug(text: str | None) -> str:
    """Returns "" for other texts, such as a key in the wrong place."""
    try:
        return text if text and Org.objects.filter(slug=text).exists() else ""
    except DatabaseError:
        return ""


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
