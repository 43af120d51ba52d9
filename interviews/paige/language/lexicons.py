"""The files lexicons/<language>/<name>.json."""

import json
from functools import cache
from pathlib import Path
from typing import Any

LEXICONS = Path(__file__).resolve().parent.parent / "lexicons"


@cache
def languages_with(name: str) -> list[str]:
    return sorted(path.parent.name for path in LEXICONS.glob(f"*/{name}.json"))


def lexicon(name: str, language: str) -> dict[str, Any]:
    """Raises FileNotFoundError if the language does not have this file."""
    loaded: dict[str, Any] = json.loads((LEXICONS / language / f"{name}.json").read_text(encoding="utf-8"))
    return loaded
