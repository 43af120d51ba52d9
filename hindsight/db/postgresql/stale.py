"""Prepared statements that are stale, because a table has changed (decision 2)."""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql.base import CursorMixin
from psycopg import Connection, Cursor, Error
from psycopg.pq import TransactionStatus

from hindsight.db.errors import STALE_STATEMENT


def deallocate_all(session: Connection[Any]) -> None:
    """psycopg deletes its own list of statements after a ROLLBACK."""
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
            # Behind PgBouncer, a prepared statement could be the stale one again.
            return super().execute(query, params, prepare=False)
