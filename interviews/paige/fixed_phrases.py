"""What Paige says besides the guide's texts, from phrases/*.json: a file for each language."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

PHRASES = Path(__file__).with_name("phrases")


class Phrase(NamedTuple):
    """`number`: how often a phrase of this name was due before. It selects the wording."""

    name: str
    number: int = 0


def languages() -> list[str]:
    """The codes of the languages that an interview can be in: the page and the phrases have files for them."""
    return [code for code, _ in settings.LANGUAGES if (PHRASES / f"{code}.json").exists()]


def wording(phrase: Phrase, language: str) -> str:
    """Raises KeyError for an unknown name."""
    wordings = phrases(language)[phrase.name]
    return wordings[phrase.number % len(wordings)]


@cache
def phrases(language: str) -> Mapping[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads((PHRASES / f"{language}.json").read_text(encoding="utf-8"))
    return loaded
