"""Django's backend, with prepared statements that need no cursor of psycopg (decision 2)."""

import re
import select
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from typing import Any, cast

from django.db import Error as DatabaseError
from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import DuplicatePreparedStatement, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from hindsight.db.errors import STALE_STATEMENT, sqlstate_of

# Lists have a statement for each combination of filters and for each limit.
MAX_STATEMENTS = 200

# A statement and the types of its parameters. psycopg selects the type of a number by its size.
Key = tuple[str, tuple[int, ...] | None]


class DatabaseWrapper(base.DatabaseWrapper):
    connection: Connection[object] | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared: PreparedStatements | None = None

    def fetch_prepared(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Must be called outside a transaction.

        A stale statement has changed nothing: its connection is closed, and it is executed once more (decision 2).
        """
        try:
            with self.wrap_database_errors:
                self.close_if_health_check_failed()
                self.ensure_connection()
                if self._prepared is None or self._prepared.session is not self.connection:
                    self._prepared = PreparedStatements(cast(Connection[object], self.connection))
                return self._prepared.fetch_rows(statement, parameters)
        except DatabaseError as error:
            if sqlstate_of(error) not in STALE_STATEMENT:
                raise
        self.close()
        # Without preparing it: behind PgBouncer, the new connection may have the stale one.
        with self.cursor() as cursor:
            cursor.execute(statement, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def is_usable(self) -> bool:
        """Saves Django's `SELECT 1` unless the socket is readable: a closed connection reads as end of file."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()


class PreparedStatements:
    """https://www.psycopg.org/psycopg3/docs/api/pq.html"""

    def __init__(self, session: Connection[Any]) -> None:
        self.session = session
        self._transformer = Transformer(session)
        self._names: dict[Key, bytes] = {}

    def fetch_rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Raises psycopg.Error."""
        text, names = numbered(statement)
        transformer = self._transformer
        values: Any = transformer.dump_sequence([parameters[name] for name in names], [PyFormat.AUTO] * len(names))
        key = statement, transformer.types
        name = self._names.get(key) or self._prepare(key, text)
        result = self._check(self.session.pgconn.exec_prepared(name, values, transformer.formats))
        if not result.ntuples:
            return []
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def _prepare(self, key: Key, text: bytes) -> bytes:
        if len(self._names) >= MAX_STATEMENTS:
            self._names.clear()
            self._check(self.session.pgconn.exec_(b"DEALLOCATE ALL"))
        # The same name in all sessions, because PgBouncer lets them share connections to the server.
        name = f"hindsight_{sha256(repr(key).encode()).hexdigest()[:16]}".encode()
        with suppress(DuplicatePreparedStatement):
            self._check(self.session.pgconn.prepare(name, text, key[1]))
        self._names[key] = name
        return name

    def _check(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self.session.pgconn.status == ConnStatus.BAD:  # the result may have no SQLSTATE
            raise OperationalError(self.session.pgconn.get_error_message())
        raise error_from_result(result)


@cache
def numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Replaces `%(name)s` by `$1`."""
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${names.setdefault(match[1], len(names) + 1)}" if match[1] else "%"

    text = re.sub(r"%\((\w+)\)s|%%", number, statement)
    return text.encode(), (*names,)
