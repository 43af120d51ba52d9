"""Replaces names, email addresses and phone numbers in texts that leave the org.

A name is one that is stored, or a capitalized word within a sentence or after a title, such as a colleague's name. So a
name without a title stays if it is stored nowhere and begins a sentence, or if the language capitalizes all nouns.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Self

from deals.text import LEGAL_FORM
from interviews.models import InterviewRequest
from interviews.paige.guide.texts import VENDOR
from interviews.paige.language import language_of as main_language
from interviews.services.state import language_of

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
_CAPITALIZABLE = r"[^\W\d_][\w-]+"
_LEGAL_FORM = re.compile(rf",?\s(?:{LEGAL_FORM.pattern})\.?\Z", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class HiddenNames:
    """`names`: placeholders by lower-case names. `language`: of texts without a frequent word of another one."""

    names: Mapping[str, str] = field(repr=False)
    language: str

    @classmethod
    def of(cls, interview_request: InterviewRequest, competitors: Iterable[str], staff: Iterable[str]) -> Self:
        contact = interview_request.contact
        named = {
            PERSON: (*staff, *_parts(contact.name or contact.email.partition("@")[0])),
            COMPANY: _companies(contact.email, contact.notes),
            COMPETITOR: competitors,
            VENDOR: (interview_request.org.name,),
        }
        known = {each.lower(): by for by, names in named.items() for name in names for each in _variants(name)}
        return cls(known, language_of(interview_request))

    def hide(self, text: str) -> str:
        return self.hide_around(text, 0, len(text))[1]

    def hide_in_guide(self, text: str) -> str:
        """Only stored names: titles can be capitalized."""
        return self._hidden(text, 0, len(text), has_names=False)

    def hide_around(self, text: str, start: int, end: int) -> tuple[str, str, str]:
        """The text before the place, in it, and after it. A name at its edge is wholly in it."""
        for found in self._pattern.finditer(text):
            start = found.start() if found.start() < start < found.end() else start
            end = found.end() if found.start() < end < found.end() else end
        has_names = main_language(text, self.language) != CAPITALIZES_NOUNS
        hidden = partial(self._hidden, text, has_names=has_names)
        return hidden(0, start), hidden(start, end), hidden(end, len(text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest = sorted(self.names, key=len, reverse=True)
        names = "|".join(r"\s++".join(map(re.escape, name.split())) for name in longest)
        options = (
            rf"(?P<email>{_EMAIL})",
            rf"(?P<name>{names})s?",  # a German genitive has no apostrophe
            rf"(?:{_TITLED})(?P<titled>{_CAPITALIZABLE})",
            rf"(?<=[\w,;)] )(?P<word>{_CAPITALIZABLE})",
            _NUMBER,
        )
        return re.compile(rf"(?<!\w)(?:{'|'.join(options)})(?!\w)", re.IGNORECASE)

    def _hidden(self, text: str, start: int, end: int, has_names: bool) -> str:
        """`has_names`: whether a capitalized word within a sentence is a name. Acronyms such as SSO are none."""
        parts: list[str] = []
        for found in self._pattern.finditer(text, start, end):
            parts += (text[start : found.start()], self._placeholder(found, has_names))
            start = found.end()
        return "".join([*parts, text[start:end]])

    def _placeholder(self, found: re.Match[str], has_names: bool) -> str:
        if word := found["word"] or found["titled"]:
            is_name = (has_names or found["titled"]) and word[0].isupper() and not word.isupper()
            return NAME if is_name else word
        if name := found["name"]:
            return self.names.get(" ".join(name.lower().split()), PERSON)
        return EMAIL if found["email"] else NUMBER


def _variants(name: str) -> Iterator[str]:
    """The name, and without its legal form."""
    plain = " ".join(name.split())
    yield from filter(None, {plain, _LEGAL_FORM.sub("", plain)})


def _parts(name: str) -> Iterator[str]:
    yield name
    yield from (part for part in _WORD.findall(name) if len(part) >= MIN_LETTERS)


def domain_label(email: str) -> str:
    """The longest label of the domain, without the last: it tells the company, unless a mail provider has it."""
    return max(email.rpartition("@")[2].split(".")[:-1], key=len, default="")


def _companies(email: str, notes: str) -> Iterator[str]:
    """The name in the contact's domain, and in the notes if an integration has written it there."""
    label = domain_label(email)
    if len(label) >= MIN_LETTERS and label not in MAIL_PROVIDERS:
        yield from (label, label.replace("-", " "))
    try:
        told: Any = json.loads(notes)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        yield from (told[key] for key in COMPANY_KEYS if isinstance(told.get(key), str))
