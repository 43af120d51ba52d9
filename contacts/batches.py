"""Any number of contacts, in batches that one transaction can write and a little memory can hold."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

from contacts.files import BadRow, Row
from orgs.audit import Texts

MAX_ROWS = 500
MAX_CHARACTERS = 2_000_000


def once(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    """The rows; those whose address an earlier one had as bad.

    Otherwise each run of a file would overwrite the one's texts with the other's, and back. The addresses seen are
    kept in a temporary file of SQLite's, since there may be more than memory should hold.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as seen:
        seen.execute("PRAGMA journal_mode = OFF")
        seen.execute("CREATE TABLE seen (email TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        seen.execute("BEGIN")
        for row in rows:
            if isinstance(row, Row):
                first = _first_line(seen, row)
                yield row if first == row.line else BadRow(row.line, f"email: Line {first:,} has this address already.")
            else:
                yield row


def batches(rows: Iterable[Row]) -> Iterator[dict[str, Texts]]:
    """The rows' texts by their addresses."""
    batch: dict[str, Texts] = {}
    characters = 0
    for row in rows:
        batch[row.email] = row.texts
        characters += sum(len(text or "") for text in row.texts.values())
        if len(batch) == MAX_ROWS or characters > MAX_CHARACTERS:
            yield batch
            batch, characters = {}, 0
    if batch:
        yield batch


def _first_line(seen: sqlite3.Connection, row: Row) -> int:
    (line,) = seen.execute(
        "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET line = line RETURNING line", (row.email, row.line)
    ).fetchone()
    return int(line)
