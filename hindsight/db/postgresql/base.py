import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.db.backends.postgresql import base

from hindsight.db.postgresql.prepared import PreparedStatements
from hindsight.db.postgresql.stale import RetryingCursor, deallocate_all

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    connection: "Connection[object] | None"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared: PreparedStatements | None = None
        self._prepare_threshold: int | None = None
        self.next_transaction_is_repeatable = False

    def get_connection_params(self) -> dict[str, Any]:
        return {
            **super().get_connection_params(),
            "cursor_factory": partial(RetryingCursor, self.deallocate_statements),
        }

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._prepare_threshold = connection.prepare_threshold
        return connection

    def _set_autocommit(self, autocommit: bool) -> None:
        """A transaction uses prepared statements only if `retried` can repeat it (decision 2)."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        is_prepared = autocommit or self.next_transaction_is_repeatable
        cast("Connection[object]", self.connection).prepare_threshold = self._prepare_threshold if is_prepared else None
        self.next_transaction_is_repeatable = False

    @contextmanager
    def unprepared(self) -> Iterator[None]:
        session = cast("Connection[object]", self.connection)
        threshold, session.prepare_threshold = session.prepare_threshold, None
        try:
            yield
        finally:
            session.prepare_threshold = threshold

    def deallocate_statements(self) -> None:
        self._prepared = None
        deallocate_all(cast("Connection[object]", self.connection))

    def _rollback(self) -> None:
        """psycopg deallocates nothing if it has prepared nothing, but `PreparedStatements` may have."""
        super()._rollback()  # type: ignore[misc]
        if self._prepared and self._prepared.session is self.connection:
            self._prepared.session.pgconn.exec_(b"DEALLOCATE ALL")
        self._prepared = None

    def _savepoint_rollback(self, sid: str) -> None:
        with self.unprepared():  # psycopg deallocates all statements after a prepared ROLLBACK
            super()._savepoint_rollback(sid)  # type: ignore[misc]

    def fetch_prepared(self, statement: str, parameters: Mapping[str, Any]) -> Any:
        """Must be called outside a transaction."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self._prepared is None or self._prepared.session is not self.connection:
            self._prepared = PreparedStatements(cast("Connection[object]", self.connection))
        with self.wrap_database_errors:
            return self._prepared.fetch_row(statement, parameters)

    def is_usable(self) -> bool:
        """Saves Django's `SELECT 1` unless the socket is readable: a closed connection reads as end of file."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
