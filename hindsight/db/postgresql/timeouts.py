"""Timeouts of the PostgreSQL sessions of web processes and workers. Other commands have none: a migration may take
long.
"""

from collections.abc import Collection

from django.conf import settings
from django.db import connections

# https://www.postgresql.org/docs/current/runtime-config-client.html
TIMEOUTS = {
    "lock_timeout": "DATABASE_LOCK_SECONDS",
    "statement_timeout": "DATABASE_STATEMENT_SECONDS",
    "idle_in_transaction_session_timeout": "DATABASE_IDLE_TRANSACTION_SECONDS",
}
# A worker that was stopped must not keep its locks: all workers wait for those of lease().
WORKER_TIMEOUTS = ["idle_in_transaction_session_timeout"]


def set_timeouts(names: Collection[str] = tuple(TIMEOUTS)) -> None:
    """For connections opened from now on. Those in DATABASE_URL take precedence."""
    database = connections.settings["default"]
    if database["ENGINE"] == "hindsight.db.postgresql":
        timeouts = [f"-c {name}={round(getattr(settings, TIMEOUTS[name]) * 1000)}" for name in names]
        options = database["OPTIONS"]
        options["options"] = " ".join([*timeouts, options.get("options", "")]).strip()
