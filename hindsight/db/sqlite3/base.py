import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations as SQLiteOperations


def create_private_file(path: str | Path) -> None:
    """SQLite's other files get the same mode."""
    if is_file(path):
        # An existing file must not be opened: closing it would drop the locks of this process's other connections.
        # https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def is_file(path: str | Path) -> bool:
    return ":memory:" not in str(path) and "mode=memory" not in str(path)


def clock_timestamp() -> str:
    """PostgreSQL's function, in Django's format of times."""
    return str(datetime.now(UTC).replace(tzinfo=None))


class DatabaseOperations(SQLiteOperations):
    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        """The order of the tables is not that of their foreign keys."""
        super().execute_sql_flush(["PRAGMA defer_foreign_keys = ON", *sql_list])


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        create_private_file(conn_params["database"])
        connection = super().get_new_connection(conn_params)
        connection.create_function("clock_timestamp", 0, clock_timestamp)
        self.opened_file = self.current_file()
        return connection

    def is_usable(self) -> bool:
        """A connection would go on writing to a deleted file."""
        return self.opened_file == self.current_file() and super().is_usable()

    def current_file(self) -> tuple[int, int] | None:
        name = self.settings_dict["NAME"]
        if not is_file(name):
            return None
        try:
            status = os.stat(name)
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino
