"""Time limits of the web processes' PostgreSQL sessions. Commands have none: a migration may take long."""

from django.conf import settings
from django.db import connections

# https://www.postgresql.org/docs/current/runtime-config-client.html
LIMITS = {
    "lock_timeout": "DATABASE_LOCK_SECONDS",
    "statement_timeout": "DATABASE_STATEMENT_SECONDS",
    "idle_in_transaction_session_timeout": "DATABASE_IDLE_TRANSACTION_SECONDS",
}


def limit_sessions() -> None:
    """For connections opened from now on. Limits in DATABASE_URL take precedence."""
    database = connections.settings["default"]
    if database["ENGINE"] == "hindsight.db.postgresql":
        limits = [f"-c {name}={round(getattr(settings, setting) * 1000)}" for name, setting in LIMITS.items()]
        options = database["OPTIONS"]
        options["options"] = " ".join([*limits, options.get("options", "")]).strip()
