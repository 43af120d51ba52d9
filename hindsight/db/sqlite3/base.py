"""Django's SQLite backend, for constraints that are checked at once: Django's own wait for the end of a transaction."""

from collections.abc import Iterable

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations as SQLiteOperations


class DatabaseOperations(SQLiteOperations):
    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        """Empties tables in no order, so that only what is left at the end can be held against it."""
        super().execute_sql_flush(["PRAGMA defer_foreign_keys = ON", *sql_list])


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
