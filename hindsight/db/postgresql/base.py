import select
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django.db import Error as DatabaseError
from django.db.backends.postgresql import base

from hindsight.db.errors import STALE_STATEMENT, sqlstate_of
from hindsight.db.postgresql.prepared import PreparedStatements

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    connection: "Connection[object] | None"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared: PreparedStatements | None = None

    def fetch_prepared(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Must be called outside a transaction.

        A stale statement has changed nothing: its connection is closed, and it is executed once more (decision 2).
        """
        try:
            with self.wrap_database_errors:
                return self._prepared_statements().fetch_rows(statement, parameters)
        except DatabaseError as error:
            if sqlstate_of(error) not in STALE_STATEMENT:
                raise
        self.close()
        # Without preparing it: behind PgBouncer, the new connection may have the stale one.
        with self.cursor() as cursor:
            cursor.execute(statement, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def _prepared_statements(self) -> PreparedStatements:
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self._prepared is None or self._prepared.session is not self.connection:
            self._prepared = PreparedStatements(cast("Connection[object]", self.connection))
        return self._prepared

    def is_usable(self) -> bool:
        """Saves Django's `SELECT 1` unless the socket is readable: a closed connection reads as end of file."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
