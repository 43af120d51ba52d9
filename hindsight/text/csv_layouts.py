"""Which column of a CSV file is which field, in files whose columns have any names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from hindsight.text.record_files import stored_text

SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Layout:
    """`columns`: the field of each column, or "". `is_exported`: whether it is our export, which escapes formulas."""

    columns: tuple[str, ...]
    is_exported: bool = False
    delimiter: str = ","


@dataclass(frozen=True)
class FileFields:
    """The fields that a file can have.

    `key` identifies a row. `names`: by field, the names of columns that are guessed, without spaces. Of names
    separated by `|`, the first that the file has is guessed. `joined`: of a field that can have several columns, what
    is between them. `exported`: the columns of our export.
    """

    key: str
    names: Mapping[str, str]
    exported: tuple[str, ...]
    joined: Mapping[str, str] = field(default_factory=dict)

    def guess(self, header: Sequence[str], delimiter: str = ",") -> Layout:
        if tuple(header) == self.exported:
            return Layout(tuple(name if name in self.names else "" for name in header), True, delimiter)
        plain = [re.sub(r"[\W\d_]", "", name.lower()) for name in header]
        columns = [""] * len(header)
        for name, alternatives in self.names.items():
            found = [[i for i, text in enumerate(plain) if text in names.split()] for names in alternatives.split("|")]
            chosen: list[int] = next(filter(None, found), [])
            for index in chosen if name in self.joined else chosen[:1]:
                columns[index] = name
        return Layout(tuple(columns), delimiter=delimiter)

    def texts(self, layout: Layout, cells: Sequence[str]) -> dict[str, str]:
        """By field, without empty cells."""
        parts: dict[str, list[str]] = {}
        for name, cell in zip(layout.columns, cells, strict=True):
            if name and cell.strip():
                parts.setdefault(name, []).append(stored_text(cell) if layout.is_exported else cell)
        return {name: self.joined.get(name, "").join(texts) for name, texts in parts.items()}

    def check(self, header: Sequence[str], columns: Sequence[str]) -> None:
        """`columns`: as in Layout. Raises ValidationError."""
        if len(columns) != len(header) or not set(columns) <= {*self.names, ""}:
            raise ValidationError("Choose a field for each column.")
        for name in self.names:
            number = columns.count(name)
            if (name == self.key and number != 1) or (number > 1 and name not in self.joined):
                raise ValidationError(f"Choose one column for {name}.")


def unmapped(header: Sequence[str], columns: Sequence[str]) -> list[str]:
    """The names of the columns that are not imported."""
    return [shortened(name) or "(no name)" for name, field in zip(header, columns, strict=True) if not field]


def shortened(text: str, characters: int = SHOWN_CHARACTERS) -> str:
    """For messages: a text from a file can have a million characters."""
    return text if len(text) <= characters else f"{text[:characters]}…"
