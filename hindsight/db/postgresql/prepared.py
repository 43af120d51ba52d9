"""Prepared statements without psycopg's cursors (decision 2)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import DuplicatePreparedStatement, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

# Lists have a statement for each combination of filters and for each limit.
MAX_STATEMENTS = 200

SUCCEEDED = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)

# A statement and the types of its parameters. psycopg selects the type of a number by its size.
Key = tuple[str, tuple[int, ...] | None]


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
        if result.status in SUCCEEDED:
            return result
        if self.session.pgconn.status == ConnStatus.BAD:  # the result may have no SQLSTATE
            raise OperationalError(self.session.pgconn.get_error_message())
        raise error_from_result(result)


@cache
def numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Replaces `%(name)s` by `$1`."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    text = re.sub(r"%\((\w+)\)s|%%", number, statement)
    return text.encode(), tuple(names)
