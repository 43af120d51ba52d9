"""Time limits of the web processes' PostgreSQL sessions. Commands have none: a migration may take long.

Without them, one row lock that is held blocks every thread of the server, one after the other.
"""

from django.conf import settings
from django.db import connections

# https://www.postgresql.org/docs/current/runtime-config-client.html
LIMITS = {
    "lock_timeout": "DATABASE_LOCK_SECONDS",
    "statement_timeout": "DATABASE_STATEMENT_SECONDS",
    "idle_in_transaction_session_timeout": "DATABASE_IDLE_TRANSACTION_SECONDS",
}


def limit_sessions() -> None:
    """Applies the limits to the connections that this process opens from now on. Does nothing on SQLite.

    Limits in the `options` of DATABASE_URL take precedence.
    """
    database = connections.settings["default"]
    if database["ENGINE"] == "hindsight.db.postgresql":
        limits = [f"-c {name}={round(getattr(settings, setting) * 1000)}" for name, setting in LIMITS.items()]
        options = database["OPTIONS"]
        options["options"] = " ".join([*limits, options.get("options", "")]).strip()
