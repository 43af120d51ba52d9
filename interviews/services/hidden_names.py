"""Replaces names, email addresses and phone numbers in texts that leave the org.

A name is one that is stored, or a capitalized word within a sentence or after a title, such as a colleague's name. So a
name without a title stays if it is stored nowhere and begins a sentence, or if the language capitalizes all nouns.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from contacts.models import Contact
from deals.text import LEGAL_FORM
from interviews.paige.language import language_of as main_language

PERSON, COMPANY, COMPETITOR, NAME = "{person}", "{company}", "{competitor}", "{name}"
EMAIL, NUMBER = "{email}", "{number}"
CAPITALIZES_NOUNS = "de"
TITLES = ("Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "Herr", "Herrn", "Frau")
COMPANY_KEYS = ("company", "company_name", "account")
"""Of notes that are a JSON object."""
MAIL_PROVIDERS = frozenset(
    {"gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "icloud", "gmx", "web", "t-online"}
)
"""Their domains do not name the contact's company."""
MIN_LETTERS = 3
"""Of a part of a name or of an address: "de" and "it" are also other words."""

_EMAIL = r"[\w.%+-]{1,64}@[\w-]{1,63}+(?:\.[\w-]{1,63}+)++"
_NUMBER = r"(?:\+|\(?0)[\d\s()/.-]{6,24}\d|\(?\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}|\d{3}-\d{4}"
_TITLED = "|".join(rf"(?<=\b{re.escape(title)} )" for title in TITLES)
_WORD = r"[^\W\d_][\w-]+"
_ANY_NAME = re.compile(
    rf"(?<!\w)(?:(?P<email>{_EMAIL})|(?:{_TITLED})(?P<titled>{_WORD})|(?<=[\w,;)] )(?P<word>{_WORD})|{_NUMBER})(?!\w)",
    re.IGNORECASE,
)
_FIRST = ("email", "name")
_LEGAL_FORM = re.compile(rf",?\s(?:{LEGAL_FORM.pattern})\.?\Z", re.IGNORECASE)
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class HiddenNames:
    """Placeholders by lower-case names. `own`: of one interview. `shared`: of many, so that their pattern is compiled
    once. `language`: of texts without a frequent word of another one.
    """

    own: Mapping[str, str] = field(repr=False)
    shared: Mapping[str, str] = field(repr=False, default_factory=dict)
    language: str = "en"

    def hide(self, text: str) -> str:
        return self.hide_around(text, 0, len(text))[1]

    def hide_stored(self, text: str) -> str:
        """Without names that are told by a capital alone: titles and competitors can have one."""
        return self._hidden(text, 0, len(text), has_names=False)

    def hide_around(self, text: str, start: int, end: int) -> tuple[str, str, str]:
        """The text before the place, in it, and after it. A name at its edge is wholly in it."""
        for found in self._found(text, 0, len(text)):
            start = found.start() if found.start() < start < found.end() else start
            end = found.end() if found.start() < end < found.end() else end
        has_names = main_language(text, self.language) != CAPITALIZES_NOUNS
        hidden = partial(self._hidden, text, has_names=has_names)
        return hidden(0, start), hidden(start, end), hidden(end, len(text))

    def _found(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """Without overlaps: first addresses, then the longest stored name."""
        patterns = _pattern(tuple(self.own)), _pattern(tuple(self.shared)), _ANY_NAME
        found = [each for pattern in patterns for each in pattern.finditer(text, start, end)]
        for each in sorted(found, key=lambda each: (each.start(), each.lastgroup not in _FIRST, -each.end())):
            if each.start() >= start:
                yield each
                start = each.end()

    def _hidden(self, text: str, start: int, end: int, has_names: bool) -> str:
        """`has_names`: whether a capitalized word within a sentence is a name. Acronyms such as SSO are none."""
        parts: list[str] = []
        for found in self._found(text, start, end):
            parts += (text[start : found.start()], self._placeholder(found, has_names))
            start = found.end()
        return "".join([*parts, text[start:end]])

    def _placeholder(self, found: re.Match[str], has_names: bool) -> str:
        if (kind := found.lastgroup) == "name":
            name = " ".join(found["name"].lower().split())
            return self.own.get(name) or self.shared.get(name, PERSON)
        if kind not in ("word", "titled"):
            return EMAIL if kind == "email" else NUMBER
        is_name = (has_names or kind == "titled") and found[0][0].isupper() and not found[0].isupper()
        return NAME if is_name else found[0]


@lru_cache(maxsize=32)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(names, key=len, reverse=True)
    options = "|".join(r"\s++".join(map(re.escape, name.split())) for name in longest) or "(?!)"
    return re.compile(rf"(?<!\w)(?P<name>{options})s?(?!\w)", re.IGNORECASE)  # a German genitive has no apostrophe


def names_of(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """`names`: by placeholders. Each counts also without its legal form."""
    plain = [(" ".join(name.lower().split()), by) for by, some in names.items() for name in some]
    return {each: by for name, by in plain for each in (name, _LEGAL_FORM.sub("", name)) if each}


def names_of_contact(contact: Contact) -> dict[str, str]:
    person = contact.name or contact.email.partition("@")[0]
    parts = (part for part in _PART.findall(person) if len(part) >= MIN_LETTERS)
    return names_of({PERSON: (person, *parts), COMPANY: _companies(contact.email, contact.notes)})


def _companies(email: str, notes: str) -> Iterator[str]:
    """The longest label of the domain without the last one, and what an integration has written into the notes."""
    label = max(email.rpartition("@")[2].split(".")[:-1], key=len, default="")
    if len(label) >= MIN_LETTERS and label not in MAIL_PROVIDERS:
        yield from (label, label.replace("-", " "))
    try:
        told: Any = json.loads(notes)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        yield from (told[key] for key in COMPANY_KEYS if isinstance(told.get(key), str))
