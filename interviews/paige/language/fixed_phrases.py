from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from django.conf import settings

from interviews.paige.language.lexicons import languages_with, lexicon


class Phrase(NamedTuple):
    """`number`: how often a phrase of this name was due before. It selects the wording."""

    name: str
    number: int = 0


def languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES if code in languages_with("phrases")]


def wording(phrase: Phrase, language: str) -> str:
    """Raises KeyError for an unknown name."""
    wordings = phrases(language)[phrase.name]
    return wordings[phrase.number % len(wordings)]


@cache
def phrases(language: str) -> Mapping[str, list[str]]:
    return lexicon("phrases", language)
