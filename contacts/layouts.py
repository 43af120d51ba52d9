"""Which column of a CSV file is which field of a contact."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError

from contacts.export import COLUMNS as EXPORTED_COLUMNS

FIELDS = ("email", "name", "notes")
# Several columns of one field are joined.
JOINTS = {"name": " ", "notes": "\n"}

# Headers in lower case, without anything but letters.
GUESSES = {
    "email": ("email", "emailaddress", "mail", "emailadresse", "workemail", "primaryemail"),
    "name": ("name", "fullname", "contactname", "contact", "firstname", "lastname", "vorname", "nachname"),
    "notes": ("notes", "note", "notizen", "comments", "comment", "description"),
}
SHOWN_CHARACTERS = 60
PARTS_OF_NAMES = ("firstname", "lastname", "vorname", "nachname")


@dataclass(frozen=True)
class Layout:
    """`columns`: the field of each column, or "". `is_exported`: whether it is our export, which escapes formulas."""

    columns: tuple[str, ...]
    delimiter: str = ","
    is_exported: bool = False


def layout_of(header: Sequence[str]) -> Layout:
    """Raises ValidationError if a column has another name than a field."""
    if is_exported(header):
        return Layout(tuple(name if name in FIELDS else "" for name in header), is_exported=True)
    columns = tuple(cell.strip().lower() for cell in header)
    if "email" not in columns or len(set(columns)) < len(columns) or not set(columns) <= set(FIELDS):
        raise ValidationError(
            f"The first line must name the columns: email, and optionally name and notes, each once. "
            f"It is {shortened(', '.join(columns))!r}."
        )
    return Layout(columns)


def guess_layout(line: str) -> tuple[list[str], Layout]:
    """Returns the header, and what its columns seem to be. Raises ValidationError.

    `line`: the first line of the file.
    """
    try:
        headers = {delimiter: next(csv.reader([line], delimiter=delimiter, strict=True), []) for delimiter in ",;\t"}
    except csv.Error as error:
        raise ValidationError(f"The first line is not a valid CSV row: {error}.") from None
    delimiter = max(headers, key=lambda one: len(headers[one]))
    header = headers[delimiter]
    if is_exported(header):
        return header, replace(layout_of(header), delimiter=delimiter)
    names = [re.sub(r"[^a-z]", "", name.lower()) for name in header]
    if not set(names).isdisjoint(set(GUESSES["name"]) - set(PARTS_OF_NAMES)):
        names = ["" if name in PARTS_OF_NAMES else name for name in names]
    columns = [next((field for field, known in GUESSES.items() if name in known), "") for name in names]
    only_email = columns.index("email") if "email" in columns else -1
    columns = ["" if field == "email" and index != only_email else field for index, field in enumerate(columns)]
    return header, Layout(tuple(columns), delimiter)


def shortened(name: str) -> str:
    """For messages: a name from a file can have a million characters."""
    return name if len(name) <= SHOWN_CHARACTERS else f"{name[:SHOWN_CHARACTERS]}…"


def is_exported(header: Sequence[str]) -> bool:
    return tuple(header) == EXPORTED_COLUMNS
