"""Reads a guide's JSON strictly, and says by its path what is wrong. Knows fields and wording, not topics."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

VENDOR = "{vendor}"
"""The one placeholder of a guide: the name of the organization that the buyer dealt with."""

MAX_QUESTION_WORDS = 45


class GuideError(ValueError):
    """A guide that cannot be used. The message begins with the path of what is wrong."""


@dataclass(frozen=True)
class Reader:
    """One JSON object of a guide and the path at which it stands."""

    fields: Mapping[str, object]
    path: str

    @classmethod
    def of(cls, data: object, path: str) -> Self:
        """Wraps a JSON object; anything else is an error."""
        if not isinstance(data, Mapping):
            raise GuideError(f"{path}: must be an object")
        return cls(data, path)

    def error(self, name: str, problem: str) -> GuideError:
        """The error to raise about one field."""
        return GuideError(f"{self.path}.{name}: {problem}")

    def allow_only(self, *names: str) -> None:
        """Refuses fields that no guide has, so that a misspelt one is not lost in silence."""
        for name in self.fields:
            if name not in names:
                raise self.error(name, f"unknown; expected {', '.join(names)}")

    def text(self, name: str) -> str:
        """One line of text, not blank, whose only placeholder may be the vendor's name."""
        value = self._field(name)
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, "must be text and not blank")
        if value != value.strip() or len(value.splitlines()) > 1:
            raise self.error(name, "must be one line without white space around it")
        if set("{}") & set(value.replace(VENDOR, "")):
            raise self.error(name, f"must hold no braces but those of {VENDOR}")
        return value

    def question(self, name: str) -> str:
        """Text that a contact is shown as it stands: one question, and short."""
        value = self.text(name)
        if value.count("?") != 1:
            raise self.error(name, "must have exactly one question mark")
        if len(value.split()) > MAX_QUESTION_WORDS:
            raise self.error(name, f"must have at most {MAX_QUESTION_WORDS} words")
        return value

    def slug(self, name: str) -> str:
        """A short machine-readable name."""
        value = self.text(name)
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
            raise self.error(name, "must be lower-case letters, digits and underscores, 40 at most, a letter first")
        return value

    def number(self, name: str, at_most: int) -> int:
        """A whole number from 1 up. True is not one, although Python counts it among them."""
        value = self._field(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= at_most:
            raise self.error(name, f"must be a whole number from 1 to {at_most}")
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._field(name)
        if not isinstance(value, bool):
            raise self.error(name, "must be true or false")
        return value

    def keywords(self, name: str) -> tuple[str, ...]:
        """Lower-case words or phrases, none of them twice; the list may be empty."""
        words = self._list(name)
        for index, word in enumerate(words):
            if not isinstance(word, str) or word != " ".join(word.lower().split()) or not word:
                raise self.error(f"{name}[{index}]", "must be lower-case text with single spaces")
        keywords = tuple(str(word) for word in words)
        check_distinct(f"{self.path}.{name}", "keyword", keywords)
        return keywords

    def objects(self, name: str, count: int | None = None) -> list["Reader"]:
        """The objects of a list that is not empty or, where told, has exactly that many."""
        items = self._list(name)
        if not items or count not in (None, len(items)):
            raise self.error(name, f"must have {count or 'at least 1'} of these, not {len(items)}")
        return [Reader.of(item, f"{self.path}.{name}[{index}]") for index, item in enumerate(items)]

    def _list(self, name: str) -> list[object]:
        value = self._field(name)
        if not isinstance(value, list):
            raise self.error(name, "must be a list")
        return value

    def _field(self, name: str) -> object:
        if name not in self.fields:
            raise self.error(name, "is missing")
        return self.fields[name]


def check_distinct(path: str, what: str, values: Sequence[str]) -> None:
    """Refuses a value that stands twice, whatever its case."""
    for value, times in Counter(value.casefold() for value in values).items():
        if times > 1:
            raise GuideError(f"{path}: the {what} {value!r} stands {times} times")
