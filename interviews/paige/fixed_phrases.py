"""What Paige says besides the guide's texts, from phrases/*.json."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

PHRASES = Path(__file__).with_name("phrases")


class Phrase(NamedTuple):
    """`number`: how often a phrase of this name was due before. It selects the wording."""

    name: str
    number: int = 0


def wording(phrase: Phrase, language: str = "en") -> str:
    """Raises KeyError for an unknown name."""
    wordings = phrases(language)[phrase.name]
    return wordings[phrase.number % len(wordings)]


@cache
def phrases(language: str = "en") -> Mapping[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads((PHRASES / f"{language}.json").read_text(encoding="utf-8"))
    return loaded
