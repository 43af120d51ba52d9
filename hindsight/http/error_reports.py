"""Sends logged errors to Sentry: the place of an error, but not the message of the exception, which can quote a row."""

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings

from hindsight.http.request_ids import current_request_id

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

FIELDS = ("event_id", "timestamp", "level", "logger", "platform", "environment", "release")
FRAME_FIELDS = ("filename", "module", "function", "lineno", "in_app")
# Their messages are constants. Messages of other packages may contain values.
OWN_LOGGERS = ("hindsight", "orgs", "webhooks", "contacts", "jobs", "interviews", "staff")


def start_error_reports() -> None:
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment="development" if settings.DEVELOPMENT else "production",
        before_send=only_code,
        # The default ones send arguments of commands, request bodies and breadcrumbs.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None)],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        propagate_traces=False,
    )


def only_code(event: "Event", hint: "Hint") -> "Event | None":
    """Copies only fields that cannot contain data of customers."""
    errors, logger = event.get("exception", {}).get("values", []), str(event.get("logger"))
    if logger == "django.request" and not errors:
        return None  # the cause was logged before
    report: dict[str, Any] = {name: value for name, value in event.items() if name in FIELDS}
    report["tags"] = {"request_id": current_request_id()}
    report["exception"] = {"values": [_only_frames(error) for error in errors]}
    if logger.partition(".")[0] in OWN_LOGGERS:
        report["logentry"] = {"message": hint["log_record"].msg}
    return report  # type: ignore[return-value]


def _only_frames(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "stacktrace": {"frames": [{name: frame.get(name) for name in FRAME_FIELDS} for frame in frames]},
    }
