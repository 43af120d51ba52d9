"""The entry of DATABASES, and the timeouts of sessions."""

from collections.abc import Collection
from typing import Any

import dj_database_url
from django.conf import settings
from django.db import connections

from hindsight.db.servers import SESSION_NAME

# The kernel's defaults: 15 minutes for data that is not acknowledged, two hours until an idle connection is probed.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
UNREACHABLE_SERVER = {
    "connect_timeout": 5,  # seconds
    "tcp_user_timeout": 20_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}


def database_of(url: str, *, sqlite_synchronous: str = "normal") -> dict[str, Any]:
    """An entry of DATABASES."""
    database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["ENGINE"] = "hindsight.db.sqlite3"
        database["OPTIONS"] = {
            # Takes the write lock at BEGIN: a read that later writes cannot fail with "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            # normal: a power failure may lose the last commits, a killed process does not. full: neither does.
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={sqlite_synchronous};",
        }
    else:
        database["ENGINE"] = "hindsight.db.postgresql"
        # In PgBouncer's transaction mode, the next rows of such a cursor could be requested from another session.
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
        database["OPTIONS"] = {
            **UNREACHABLE_SERVER,
            "server_side_binding": True,
            **database.get("OPTIONS", {}),
            "application_name": SESSION_NAME,
        }
    return database


# https://www.postgresql.org/docs/current/runtime-config-client.html
TIMEOUTS = {
    "lock_timeout": "DATABASE_LOCK_SECONDS",
    "statement_timeout": "DATABASE_STATEMENT_SECONDS",
    "idle_in_transaction_session_timeout": "DATABASE_IDLE_TRANSACTION_SECONDS",
}
# A worker that was stopped must not keep its locks: all workers wait for those of lease().
WORKER_TIMEOUTS = ["idle_in_transaction_session_timeout"]


def set_timeouts(names: Collection[str] = tuple(TIMEOUTS)) -> None:
    """For connections opened from now on, of web processes and workers. Those in DATABASE_URL take precedence.

    Other commands have none: a migration may take long.
    """
    database = connections.settings["default"]
    if database["ENGINE"] == "hindsight.db.postgresql":
        timeouts = [f"-c {name}={round(getattr(settings, TIMEOUTS[name]) * 1000)}" for name in names]
        options = database["OPTIONS"]
        options["options"] = " ".join([*timeouts, options.get("options", "")]).strip()
