"""Each `clean_…` function returns the text to store, or raises ValidationError. The services require the types."""

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
MAX_EXTERNAL_ID_LENGTH = 255

# RFC 2606 reserves the top-level domain: no mail is delivered to it.
ERASED_DOMAIN = "erased.invalid"

Email = NewType("Email", str)
ExternalId = NewType("ExternalId", str)
Name = NewType("Name", str)
Notes = NewType("Notes", str)


def clean_name(name: str) -> Name:
    name = clean_text(name.strip(), MAX_NAME_LENGTH)
    categories = {unicodedata.category(character) for character in name}
    if all(category[0] in "ZC" for category in categories):
        raise ValidationError("Send a name that is not blank, or leave the field out to keep the stored name.")
    if categories & {"Cc", "Zl", "Zp"}:
        raise ValidationError("Send a name on one line, without control characters.")
    if has_invisible_format_characters(name):
        raise ValidationError("Send a name without invisible characters.")
    return Name(name)


def clean_external_id(external_id: str) -> ExternalId:
    if not external_id.strip():
        raise ValidationError("Send an id that is not blank, or leave the field out to keep the stored id.")
    return ExternalId(clean_text(external_id, MAX_EXTERNAL_ID_LENGTH))


def clean_notes(notes: str | Mapping[str, Any]) -> Notes:
    """Converts an object to indented JSON in its key order."""
    if isinstance(notes, Mapping):
        try:
            check_value(notes)
        except JSONError as error:
            raise ValidationError(f"This cannot be stored: {error}.") from None
        notes = json.dumps(notes, ensure_ascii=False, indent=2)
    return Notes(clean_text(notes, MAX_NOTES_LENGTH))


def clean_typed_notes(notes: str) -> Notes:
    """A text that starts with `{` must be a JSON object."""
    clean_text(notes, MAX_NOTES_LENGTH)
    if not notes.lstrip().startswith("{"):
        return Notes(notes)
    try:
        return clean_notes(parse(notes.encode()))
    except JSONError as error:
        raise ValidationError(f"Enter a valid JSON object: {error}.") from None


def readable_notes(notes: str) -> str:
    """Indents a JSON object for a form, unless the result is too long to save."""
    try:
        return clean_typed_notes(notes)
    except ValidationError:
        return notes


def clean_email(email: str) -> Email:
    email = clean_text(email.strip().lower(), MAX_EMAIL_LENGTH)  # lower() can lengthen a text
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError("Send an email address, such as jane.smith@example.com.") from None
    if email.endswith(f"@{ERASED_DOMAIN}"):
        raise ValidationError("Send the person's own email address: this one stands for an erased contact.")
    if has_invisible_format_characters(email) or email.splitlines() != [email]:
        raise ValidationError("Send an email address without invisible characters.")
    return Email(email)


def has_invisible_format_characters(text: str) -> bool:
    """Bidirectional controls and zero-width characters, which make a text look like another one.

    The two joiners are allowed: Persian, Indic scripts and emoji need them.
    """
    joiners = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
    return any(unicodedata.category(character) == "Cf" and character not in joiners for character in text)
