"""Django's PostgreSQL backend with a health check that costs no round trip."""

import select
from typing import TYPE_CHECKING

from django.db.backends.postgresql import base

if TYPE_CHECKING:
    from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    """A persistent connection is checked at its first use in a request (CONN_HEALTH_CHECKS)."""

    connection: "Connection[object] | None"

    def is_usable(self) -> bool:
        """Whether the server still holds the other end.

        Django asks with `SELECT 1`, a round trip for each request. An idle connection in good health has nothing to
        read; one that the server has closed reads as end of file. So only where there is something to read is the
        server asked.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
