"""Which servers use the database, for `manage.py migrate` (decision 48)."""

import fcntl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.db import connection

from hindsight import __version__
from hindsight.db.sqlite3.base import create_private_file

PREFIX = "hindsight "
SESSION_NAME = f"{PREFIX}{__version__}"
# Version 0.1.0 named no session. Only client sessions have a user.
SESSIONS = """
    SELECT application_name, count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
    AND (application_name = '' OR application_name LIKE %s) GROUP BY 1 ORDER BY 1
"""

_held: list[IO[Any]] = []  # the lock ends when the file is closed


def announce_server() -> None:
    if connection.vendor == "sqlite" and not _held:
        create_private_file(_lock_file())
        file = _lock_file().open("a")
        fcntl.flock(file, fcntl.LOCK_SH)
        _held.append(file)


def connected_servers(*, other_versions_only: bool) -> list[str]:
    """On SQLite, `other_versions_only` has no effect: the version is unknown."""
    if connection.vendor == "sqlite":
        return ["a server on this machine"] if _is_locked() else []
    return list(_sessions(other_versions_only))


def _sessions(other_versions_only: bool) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, [f"{PREFIX}%"])
        rows = cursor.fetchall()
    for name, count in rows:
        if name != SESSION_NAME or not other_versions_only:
            version = f"of version {name.removeprefix(PREFIX)}" if name else "without a name, as those of version 0.1.0"
            yield f"{count} session{'s' * (count > 1)} {version}"


def _lock_file() -> Path:
    return Path(f"{connection.settings_dict['NAME']}-servers")


def _is_locked() -> bool:
    with suppress(FileNotFoundError), _lock_file().open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
