"""Which column of a CSV file is which field, in files whose columns have any names."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Layout:
    """`columns`: the field of each column, or "". `is_exported`: whether it is our export, which escapes formulas."""

    columns: tuple[str, ...]
    is_exported: bool = False


@dataclass(frozen=True)
class FileFields:
    """The fields that a file can have.

    `key` identifies a row. `names`: by field, the names of columns that are guessed, without spaces. Of names
    separated by `|`, the first that the file has is guessed. A field in `joined` can have several columns.
    `exported`: the columns of our export.
    """

    key: str
    names: Mapping[str, str]
    exported: tuple[str, ...]
    joined: Collection[str] = ()

    def guess(self, header: Sequence[str]) -> Layout:
        if tuple(header) == self.exported:
            return Layout(tuple(name if name in self.names else "" for name in header), is_exported=True)
        plain = [re.sub(r"[\W\d_]", "", name.lower()) for name in header]
        columns = [""] * len(header)
        for field, alternatives in self.names.items():
            found = [[i for i, name in enumerate(plain) if name in names.split()] for names in alternatives.split("|")]
            chosen: list[int] = next(filter(None, found), [])
            for index in chosen if field in self.joined else chosen[:1]:
                columns[index] = field
        return Layout(tuple(columns))

    def check(self, header: Sequence[str], columns: Sequence[str]) -> None:
        """`columns`: as in Layout. Raises ValidationError."""
        if len(columns) != len(header) or not set(columns) <= {*self.names, ""}:
            raise ValidationError("Choose a field for each column.")
        for field in self.names:
            number = columns.count(field)
            if (field == self.key and number != 1) or (number > 1 and field not in self.joined):
                raise ValidationError(f"Choose one column for {field}.")


def unmapped(header: Sequence[str], columns: Sequence[str]) -> list[str]:
    """The names of the columns that are not imported."""
    return [shortened(name) or "(no name)" for name, field in zip(header, columns, strict=True) if not field]


def shortened(text: str, characters: int = SHOWN_CHARACTERS) -> str:
    """For messages: a text from a file can have a million characters."""
    return text if len(text) <= characters else f"{text[:characters]}…"
