"""The files of words and patterns: lexicons/<language>/<name>.json. A language is such a folder."""

import json
from functools import cache
from pathlib import Path
from typing import Any

LEXICONS = Path(__file__).resolve().parent.parent / "lexicons"


@cache
def languages_with(name: str) -> list[str]:
    """The codes of the languages that have this file, sorted."""
    return sorted(path.parent.name for path in LEXICONS.glob(f"*/{name}.json"))


def lexicon(name: str, language: str) -> dict[str, Any]:
    """Raises FileNotFoundError if the language does not have this file."""
    loaded: dict[str, Any] = json.loads((LEXICONS / language / f"{name}.json").read_text(encoding="utf-8"))
    return loaded
