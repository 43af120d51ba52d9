"""Batches keep memory use constant."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from contacts.files import Row
from hindsight.text.import_files import BadRow
from orgs.audit import Texts

MAX_ROWS = 500
MAX_CHARACTERS = 2_000_000


@dataclass
class Batch:
    """`texts`: of valid rows, by email."""

    texts: dict[str, Texts] = field(default_factory=dict)
    rejected: list[BadRow] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts) + len(self.rejected)


def reject_duplicates(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    """Yields rows; a repeated email becomes a BadRow.

    Otherwise each import would overwrite the texts of one row with those of the other. A temporary SQLite database
    holds the emails seen, and moves to disk if it gets large.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as seen:
        seen.execute("PRAGMA journal_mode = OFF")
        seen.execute("CREATE TABLE seen (email TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        seen.execute("BEGIN")
        for row in rows:
            if isinstance(row, Row):
                first = _first_line_with_email(seen, row)
                yield row if first == row.line else BadRow(row.line, f"email: Line {first:,} has the same address.")
            else:
                yield row


def batches(rows: Iterable[Row | BadRow]) -> Iterator[Batch]:
    batch, characters = Batch(), 0
    for row in rows:
        if isinstance(row, Row):
            batch.texts[row.email] = row.texts
            characters += sum(len(text or "") for text in row.texts.values())
        else:
            batch.rejected.append(row)
        if len(batch) == MAX_ROWS or characters > MAX_CHARACTERS:
            yield batch
            batch, characters = Batch(), 0
    if batch:
        yield batch


def _first_line_with_email(seen: sqlite3.Connection, row: Row) -> int:
    (line,) = seen.execute(
        "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET line = line RETURNING line", (row.email, row.line)
    ).fetchone()
    return int(line)
