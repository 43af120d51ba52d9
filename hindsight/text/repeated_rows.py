import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Protocol, TypeVar

from hindsight.text.import_files import BadRow


class Row(Protocol):
    @property
    def line(self) -> int: ...


ValidRow = TypeVar("ValidRow", bound=Row)


def reject_repeated(
    rows: Iterable[ValidRow | BadRow], key: Callable[[ValidRow], str], reason: str
) -> Iterator[ValidRow | BadRow]:
    """Yields rows; one with the key of an earlier row becomes a BadRow, whose `reason` has the line of that one.

    Otherwise each import would overwrite the texts of one row with those of the other. A temporary SQLite database
    holds the keys seen, and moves to disk if it gets large.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as seen:
        seen.execute("PRAGMA journal_mode = OFF")
        seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        seen.execute("BEGIN")
        for row in rows:
            if isinstance(row, BadRow):
                yield row
            else:
                first = _first_line(seen, key(row), row.line)
                yield row if first == row.line else BadRow(row.line, reason.format(line=first))


def _first_line(seen: sqlite3.Connection, key: str, line: int) -> int:
    (first,) = seen.execute(
        "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET line = line RETURNING line", (key, line)
    ).fetchone()
    return int(first)
