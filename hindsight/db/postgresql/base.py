import select
from typing import TYPE_CHECKING

from django.db.backends.postgresql import base

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    connection: "Connection[object] | None"

    def is_usable(self) -> bool:
        """Runs Django's `SELECT 1` only if the socket is readable: a closed connection reads as end of file."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
