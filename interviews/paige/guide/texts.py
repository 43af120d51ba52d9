"""The rules for one text of a guide. The clean functions raise ValidationError, and return the text."""

import re
from collections.abc import Callable
from enum import StrEnum

from django.core.exceptions import ValidationError

from interviews.paige.language import languages

VENDOR = "{vendor}"
QUOTE = "{quote}"
"""Stands for an exact part of the contact's answers."""
MIN_QUOTE_WORDS, MAX_QUOTE_WORDS = 3, 15
MAX_FOLLOW_UPS = 10
CLOSING = "closing"
"""No other topic may have this key."""


class FollowUpKind(StrEnum):
    """What a follow-up asks about a statement.

    CONSEQUENCE: what it led to. NEXT: what happened then. PEOPLE: who was for it and who against. CHANGE: what would
    have to be different. NOW: what has happened since.
    """

    INSTANCE = "instance"
    COMPARISON = "comparison"
    REASON = "reason"
    CONSEQUENCE = "consequence"
    NEXT = "next"
    PEOPLE = "people"
    CHANGE = "change"
    NOW = "now"


def clean_line(text: str, *placeholders: str) -> str:
    """One line without placeholders, except for {vendor} and those that are given."""
    if not text.strip():
        raise ValidationError("Must not be blank.")
    if text != text.strip() or len(text.splitlines()) > 1:
        raise ValidationError("Must be one line without white space at its ends.")
    rest, allowed = text, (VENDOR, *placeholders)
    for placeholder in allowed:
        rest = rest.replace(placeholder, "")
    if set("{}") & set(rest):
        raise ValidationError(f"Must not contain braces, except in {' and '.join(allowed)}.")
    return text


def clean_question(text: str, *placeholders: str) -> str:
    """One line with a question mark."""
    if "?" not in clean_line(text, *placeholders):
        raise ValidationError("Must have a question mark.")
    return text


def optional(clean: Callable[[str], str]) -> Callable[[str], str]:
    """Also accepts an empty text."""
    return lambda text: text and clean(text)


def clean_follow_up(text: str) -> str:
    """Like clean_question(), but may contain {quote} once."""
    if text.count(QUOTE) > 1:
        raise ValidationError(f"Must have {QUOTE} at most once.")
    return clean_question(text, QUOTE)


def clean_kind(text: str) -> str:
    if text not in [*FollowUpKind]:  # an enum refuses a str before Python 3.12
        raise ValidationError(f"Must be one of {', '.join(FollowUpKind)}.")
    return text


def clean_language(text: str) -> str:
    if text not in languages():
        raise ValidationError(f"Must be one of {', '.join(languages())}.")
    return text


def clean_key(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", text):
        raise ValidationError("Must be 1 to 40 lower-case letters, digits and underscores, and begin with a letter.")
    if text == CLOSING:
        raise ValidationError(f'"{CLOSING}" is the API name of the closing question.')
    return text
