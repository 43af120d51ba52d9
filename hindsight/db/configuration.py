from typing import Any

import dj_database_url

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
