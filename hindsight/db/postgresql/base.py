import select
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

if TYPE_CHECKING:
    from psycopg import Connection, Cursor


class DatabaseWrapper(base.DatabaseWrapper):
    connection: "Connection[object] | None"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cursors: dict[str, Cursor[Any]] = {}

    def cursor_of(self, statement: str) -> CursorWrapper:
        """Returns a cursor that stays open with the connection, and keeps its last rows. For constant statements only.

        A cursor that executes only one statement keeps psycopg's converters of its parameters and columns.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        cursor = self._cursors.get(statement)
        if cursor is None or cursor.connection is not self.connection:
            cursor = self._cursors[statement] = self.create_cursor()
        wrapped: CursorWrapper = self._prepare_cursor(cursor)  # type: ignore[attr-defined]  # missing in django-stubs
        return wrapped

    def is_usable(self) -> bool:
        """Runs Django's `SELECT 1` only if the socket is readable: a closed connection reads as end of file."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
