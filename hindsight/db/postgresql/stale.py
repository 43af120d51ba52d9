"""psycopg's cursors, which prepare statements, when these statements become stale.

A session keeps a prepared statement until it is deallocated. If another session changes the type of a column, each
execution fails, and an error ends a transaction. Therefore:

- Outside a transaction, `RetryingCursor` deallocates the statements and executes the statement again.
- `retried` repeats its transaction, after the ROLLBACK by which psycopg deallocates them.
- In other transactions, psycopg prepares no statements (`DatabaseWrapper._set_autocommit`).
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql.base import CursorMixin
from psycopg import Connection, Cursor, Error
from psycopg.pq import TransactionStatus

from hindsight.db.errors import STALE_STATEMENT


def deallocate_all(session: Connection[Any]) -> None:
    """On the server and in psycopg, which forgets its statements after a ROLLBACK."""
    with session.transaction(force_rollback=True):
        session.execute("DEALLOCATE ALL", prepare=False)


class RetryingCursor(CursorMixin, Cursor[Any]):
    def __init__(self, deallocate: Callable[[], None], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deallocate = deallocate

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        try:
            return super().execute(query, params, **options)
        except Error as error:
            is_aborted = self.connection.info.transaction_status != TransactionStatus.IDLE
            if error.sqlstate not in STALE_STATEMENT or is_aborted:
                raise
            self._deallocate()
            # Unprepared: behind PgBouncer, the same text could be the stale statement again.
            return super().execute(query, params, prepare=False)
