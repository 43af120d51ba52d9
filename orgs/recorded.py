import os
import pwd
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError
from django.db.models import Model

from orgs.actors import Actor
from orgs.models import EventKind, Org
from orgs.security_events import log_event, new_event, store_if_possible

# By command, if it succeeds. Otherwise COMMAND.
KINDS = {
    "create_api_key": EventKind.KEY_ISSUED,
    "create_interview_type": EventKind.TYPE_CREATED,
    "create_org": EventKind.ORG_CREATED,
    "create_webhook": EventKind.WEBHOOK_CREATED,
    "disable_webhook": EventKind.WEBHOOK_CHANGED,
    "enable_webhook": EventKind.WEBHOOK_CHANGED,
    "erase_contact": EventKind.ERASURE,
    "export_interviews": EventKind.EXPORT,
    "export_security_events": EventKind.EXPORT,
    "import_contacts": EventKind.IMPORT,
    "replay_webhooks": EventKind.WEBHOOK_SENT,
    "reset_second_factor": EventKind.SECOND_FACTOR_REMOVED,
    "revoke_api_key": EventKind.KEY_REVOKED,
    "rotate_api_key": EventKind.KEY_ROTATED,
    "rotate_webhook_secret": EventKind.WEBHOOK_ROTATED,
    "set_plan": EventKind.ORG_CHANGED,
    "show_prompt": EventKind.PROMPT_READ,
    "test_webhook": EventKind.WEBHOOK_SENT,
}
NOT_RECORDED = {"demo", "doctor", "seed_demo"}


class RecordedCommand(BaseCommand):
    """Records each run as a security event, without arguments: they can be keys or email addresses."""

    event_about: Model | None = None  # set by `run`
    event_detail = ""
    is_recorded = False

    @property
    def actor(self) -> Actor:
        raise NotImplementedError

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
        """Exports call it before they print. Further calls do nothing."""
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
