"""The rules for what people write about contacts and interviews, the same at every door.

Each `clean_…` returns the text to store, or raises ValidationError with what is wrong in words for its writer.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from hindsight.text.storable import clean_text
from hindsight.text.strict_json import JSONError, check_value, parse

MAX_NAME_LENGTH = 255
MAX_EMAIL_LENGTH = 254
MAX_DEAL_ID_LENGTH = 255
MAX_NOTES_LENGTH = 100_000
MAX_OBJECTIVE_LENGTH = 10_000
MAX_ANSWER_LENGTH = 10_000


def clean_name(name: str) -> str:
    """A display name: on one line, trimmed, with something to see in it."""
    name = clean_text(name.strip(), MAX_NAME_LENGTH)
    kinds = {unicodedata.category(character) for character in name}
    if all(kind[0] in "ZC" for kind in kinds):
        raise ValidationError("Send a name that is not blank, or leave the field out to keep the one that is stored.")
    if kinds & {"Cc", "Zl", "Zp"}:
        raise ValidationError("Send a name on one line, without control characters.")
    return name


def clean_notes(notes: str | Mapping[str, Any]) -> str:
    """A contact's notes; an object becomes JSON that a person can read, with its key order and characters kept."""
    if isinstance(notes, Mapping):
        try:
            check_value(notes)
        except JSONError as error:
            raise ValidationError(f"This cannot be stored: {error}.") from None
        notes = json.dumps(notes, ensure_ascii=False, indent=2)
    return clean_text(notes, MAX_NOTES_LENGTH)


def clean_typed_notes(notes: str) -> str:
    """Notes as a person types them: what begins like a JSON object has to be one, by the rules of the API."""
    clean_text(notes, MAX_NOTES_LENGTH)
    if not notes.lstrip().startswith("{"):
        return notes
    try:
        return clean_notes(parse(notes.encode()))
    except JSONError as error:
        raise ValidationError(f"This begins like a JSON object but cannot be read as one: {error}.") from None


def readable_notes(notes: str) -> str:
    """Notes as a person edits them: a JSON object is laid out over lines, unless that makes it too long to save."""
    try:
        return clean_typed_notes(notes)
    except ValidationError:
        return notes


def clean_objective(objective: str) -> str:
    return clean_text(objective, MAX_OBJECTIVE_LENGTH)


def clean_email(email: str) -> str:
    """An address, without the white space around it and in lower case: case makes no difference to us."""
    email = clean_text(email.strip().lower(), MAX_EMAIL_LENGTH)  # some characters are longer in lower case
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError("Send an email address, such as jane.smith@example.com.") from None
    return email


def clean_deal_id(deal_id: str) -> str:
    """The customer's own id, which means nothing to us."""
    return clean_text(deal_id, MAX_DEAL_ID_LENGTH)


def clean_answer(answer: str) -> str:
    """What a contact answered: trimmed, with the line ends of one kind, and not blank."""
    answer = answer.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not answer:
        raise ValidationError("Write an answer, or skip the question.")
    return clean_text(answer, MAX_ANSWER_LENGTH)
