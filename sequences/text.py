"""The texts of mails, with a closed list of placeholders. Notes and objective are not among them.

The validators raise ValidationError.
"""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db.models import TextChoices

from hindsight.text.storable import clean_text
from hindsight.text.visible import FORGING

MAX_SUBJECT_LENGTH = 200
MAX_TEXT_LENGTH = 5_000


class Placeholder(TextChoices):
    """With its meaning, as the form of a sequence shows it."""

    NAME = "name", "the contact's name; without one, the space before it goes too"
    VENDOR = "vendor", "the org's name"
    LINK = "link", "the survey link; a button if it has a paragraph of its own"
    SENDER = "sender", "the sender's name"
    MINUTES = "minutes", "the estimated minutes of the guide"


# With the space before it: without a name, "Hello {name}," is "Hello,".
_PLACEHOLDER = re.compile(r"(?P<space> ?)\{(?P<name>[^{}]*)\}")


def validate_line(text: str) -> None:
    if FORGING.search(text) or text.splitlines() != [text] or not text.strip():
        raise ValidationError("Enter one line of text, without control characters and invisible ones.")


def validate_subject(text: str) -> None:
    validate_line(text)
    validate_text(text)
    if f"{{{Placeholder.LINK}}}" in text:
        raise ValidationError("The link belongs into the text.")


def validate_text(text: str) -> None:
    if not clean_text(text, MAX_TEXT_LENGTH).strip():
        raise ValidationError("Enter a text.")
    if unknown := sorted({found["name"] for found in _PLACEHOLDER.finditer(text)} - {*Placeholder.values}):
        known = ", ".join(f"{{{name}}}" for name in Placeholder.values)
        raise ValidationError(f"There is no placeholder {{{unknown[0][:40]}}}. There are {known}.")


def rendered(text: str, values: Mapping[Placeholder, str]) -> str:
    """What a value contains is no placeholder. An empty value takes the space before it along."""

    def value_of(found: re.Match[str]) -> str:
        value = values[Placeholder(found["name"])]
        return f"{found['space']}{value}" if value else ""

    return _PLACEHOLDER.sub(value_of, text)


def one_line(text: str) -> str:
    """For a header: without line breaks, control characters, characters that are not seen, and encoded words."""
    return " ".join(FORGING.sub(" ", text).replace("=?", "= ?").split())
