"""The texts of mails, with a closed list of placeholders. Notes and objective are not among them.

Each `clean_…` function returns the text to store, or raises ValidationError.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from hindsight.text.storable import clean_text
from hindsight.text.visible import FORGING

MAX_SENDER_LENGTH = 100
MAX_SUBJECT_LENGTH = 200
MAX_TEXT_LENGTH = 5_000
MAX_ADDRESS_LENGTH = 500
MAX_INSERTED = 100  # characters of a value in a header


class Placeholder(StrEnum):
    NAME = "name"
    VENDOR = "vendor"
    LINK = "link"
    SENDER = "sender"
    MINUTES = "minutes"


MEANINGS: Mapping[Placeholder, str] = {
    Placeholder.NAME: "the contact's name; without one, the space before it goes too",
    Placeholder.VENDOR: "the org's name",
    Placeholder.LINK: "the survey link; a button if it has a paragraph of its own",
    Placeholder.SENDER: "the sender's name",
    Placeholder.MINUTES: "the estimated minutes of the guide",
}


# With the space before it: without a name, "Hello {name}," is "Hello,".
_PLACEHOLDER = re.compile(r"(?P<space> ?)\{(?P<name>[^{}]*)\}")


def clean_line(text: str, max_length: int) -> str:
    text = clean_text(text.strip(), max_length)
    if not text:
        raise ValidationError("Enter a text.")
    if FORGING.search(text) or len(text.splitlines()) > 1:
        raise ValidationError("Enter one line, without control characters and invisible ones.")
    return text


def clean_subject(subject: str) -> str:
    subject = clean_line(subject, MAX_SUBJECT_LENGTH)
    if Placeholder.LINK in _names_in(subject):
        raise ValidationError("The link belongs into the text.")
    return subject


def clean_mail_text(text: str, *, needs_link: bool) -> str:
    text = clean_text(text.replace("\r\n", "\n").replace("\r", "\n").strip(), MAX_TEXT_LENGTH)
    if not text:
        raise ValidationError("Enter a text.")
    if needs_link and Placeholder.LINK not in _names_in(text):
        raise ValidationError("The invitation needs the placeholder {link}: without it, nobody can answer.")
    _names_in(text)
    return text


def clean_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValidationError(f"There is no time zone {name[:64]}. Enter a name such as Europe/Berlin.")
    return name


def _names_in(text: str) -> set[str]:
    """Raises ValidationError for an unknown one."""
    names = {found["name"] for found in _PLACEHOLDER.finditer(text)}
    if unknown := sorted(names - {*Placeholder}):
        known = ", ".join(f"{{{name}}}" for name in Placeholder)
        raise ValidationError(f"There is no placeholder {{{unknown[0][:40]}}}. There are {known}.")
    return names


def rendered(text: str, values: Mapping[Placeholder, str]) -> str:
    """What a value contains is no placeholder. An empty value takes the space before it along."""

    def value_of(found: re.Match[str]) -> str:
        value = values[Placeholder(found["name"])]
        return f"{found['space']}{value}" if value else ""

    return _PLACEHOLDER.sub(value_of, text)


def one_line(text: str) -> str:
    """For a header: without line breaks, control characters and characters that are not seen."""
    return " ".join(FORGING.sub(" ", text).split())
