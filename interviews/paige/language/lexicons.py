"""The files lexicons/<language>/<name>.json, and Paige's fixed phrases, in phrases.json."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

LEXICONS = Path(__file__).resolve().parent.parent / "lexicons"


class Phrase(NamedTuple):
    """`number`: how often a phrase of this name was due before. It selects the wording."""

    name: str
    number: int = 0


@cache
def languages_with(name: str) -> list[str]:
    return sorted(path.parent.name for path in LEXICONS.glob(f"*/{name}.json"))


def lexicon(name: str, language: str) -> dict[str, Any]:
    """Raises FileNotFoundError if the language does not have this file."""
    loaded: dict[str, Any] = json.loads((LEXICONS / language / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES if code in languages_with("phrases")]


def wording(phrase: Phrase, language: str) -> str:
    """Raises KeyError for an unknown name."""
    wordings = phrases(language)[phrase.name]
    return wordings[phrase.number % len(wordings)]


def switch_requests() -> Mapping[str, str]:
    """What the buttons that switch the language add to an answer, with the languages."""
    return {wording(Phrase("switch_request"), language): language for language in languages()}


@cache
def phrases(language: str) -> Mapping[str, list[str]]:
    return lexicon("phrases", language)
