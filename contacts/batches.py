"""Batches keep memory use constant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from contacts.files import Row
from hindsight.text.import_files import BadRow, Effect
from hindsight.text.repeated_rows import reject_repeated
from orgs.audit import Texts

MAX_ROWS = 500
MAX_CHARACTERS = 2_000_000


@dataclass
class Batch:
    """`texts`: of valid rows, by email. `effects`: what was written."""

    texts: dict[str, Texts] = field(default_factory=dict)
    rejected: list[BadRow] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts) + len(self.rejected)


def reject_duplicates(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    return reject_repeated(rows, lambda row: row.email, "email: Line {line:,} has the same address.")


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
