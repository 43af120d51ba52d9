from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError

from contacts.export import COLUMNS as EXPORTED_COLUMNS
from hindsight.text.csv_layouts import Layout, guess_columns, plain_names, read_header, shortened

FIELDS = ("email", "name", "notes")
# Several columns of one field are joined.
JOINTS = {"name": " ", "notes": "\n"}

GUESSES = {
    "email": ("email", "emailaddress", "mail", "emailadresse", "workemail", "primaryemail"),
    "name": ("name", "fullname", "contactname", "contact", "firstname", "lastname", "vorname", "nachname"),
    "notes": ("notes", "note", "notizen", "comments", "comment", "description"),
}
PARTS_OF_NAMES = ("firstname", "lastname", "vorname", "nachname")


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


def guess_layout(line: str, guesses: Mapping[str, Collection[str]] = GUESSES) -> tuple[list[str], Layout]:
    """`line`: the first line of the file. `guesses`: as GUESSES, perhaps with more fields. Raises ValidationError."""
    header, delimiter = read_header(line)
    if is_exported(header):
        return header, replace(layout_of(header), delimiter=delimiter)
    names = plain_names(header)
    if not set(names).isdisjoint(set(GUESSES["name"]) - set(PARTS_OF_NAMES)):
        names = ["" if name in PARTS_OF_NAMES else name for name in names]
    return header, Layout(guess_columns(names, guesses, joined=JOINTS), delimiter)


def is_exported(header: Sequence[str]) -> bool:
    return tuple(header) == EXPORTED_COLUMNS
