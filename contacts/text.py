"""The rules for texts about contacts, the same for API, admin and commands.

Each text is cleaned once, where it enters: a `clean_…` function returns the text to store in a type of its own, and the
services accept only that type. It raises ValidationError with a message for the person who wrote the text.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any, NewType

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from hindsight.text.storable import clean_text
from hindsight.text.strict_json import JSONError, check_value, parse

MAX_NAME_LENGTH = 255
MAX_EMAIL_LENGTH = 254
MAX_NOTES_LENGTH = 100_000

Email = NewType("Email", str)
Name = NewType("Name", str)
Notes = NewType("Notes", str)


def clean_name(name: str) -> Name:
    """A display name: trimmed, on one line, with at least one visible character."""
    name = clean_text(name.strip(), MAX_NAME_LENGTH)
    kinds = {unicodedata.category(character) for character in name}
    if all(kind[0] in "ZC" for kind in kinds):
        raise ValidationError("Send a name that is not blank, or leave the field out to keep the one that is stored.")
    if kinds & {"Cc", "Zl", "Zp"}:
        raise ValidationError("Send a name on one line, without control characters.")
    return Name(name)


def clean_notes(notes: str | Mapping[str, Any]) -> Notes:
    """A contact's notes. An object becomes indented JSON with its key order and non-ASCII characters kept."""
    if isinstance(notes, Mapping):
        try:
            check_value(notes)
        except JSONError as error:
            raise ValidationError(f"This cannot be stored: {error}.") from None
        notes = json.dumps(notes, ensure_ascii=False, indent=2)
    return Notes(clean_text(notes, MAX_NOTES_LENGTH))


def clean_typed_notes(notes: str) -> Notes:
    """Notes typed by staff: a text that begins with `{` must be a valid JSON object, as over the API."""
    clean_text(notes, MAX_NOTES_LENGTH)
    if not notes.lstrip().startswith("{"):
        return Notes(notes)
    try:
        return clean_notes(parse(notes.encode()))
    except JSONError as error:
        raise ValidationError(f"Enter a valid JSON object: {error}.") from None


def readable_notes(notes: str) -> str:
    """Notes for an edit form: a JSON object is indented, unless that makes it too long to save."""
    try:
        return clean_typed_notes(notes)
    except ValidationError:
        return notes


def clean_email(email: str) -> Email:
    """An email address, trimmed and in lower case."""
    email = clean_text(email.strip().lower(), MAX_EMAIL_LENGTH)  # some characters are longer in lower case
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError("Send an email address, such as jane.smith@example.com.") from None
    return Email(email)
