import select
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django.db.backends.postgresql import base

from hindsight.db.postgresql.prepared import PreparedStatements

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    connection: "Connection[object] | None"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared: PreparedStatements | None = None

    def fetch_prepared(self, statement: str, parameters: Mapping[str, Any]) -> Any:
        """Executes a constant statement outside a transaction. Returns the first row as a tuple, or None."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self._prepared is None or self._prepared.session is not self.connection:
            self._prepared = PreparedStatements(cast("Connection[object]", self.connection))
        with self.wrap_database_errors:
            return self._prepared.fetch_row(statement, parameters)

    def is_usable(self) -> bool:
        """Runs Django's `SELECT 1` only if the socket is readable: a closed connection reads as end of file."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
