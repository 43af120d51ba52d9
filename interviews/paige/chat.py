import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Literal


@dataclass(frozen=True)
class ChatMessage:
    role: Literal["system", "user"]
    content: str


class PromptTexts:
    """The sections of a file, each of which begins with its name in square brackets. `$name` is replaced."""

    def __init__(self, path: Path) -> None:
        _, *parts = re.split(r"^\[(\w+)\]\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        self._sections = {name: Template(body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)}

    def __call__(self, section: str, **values: object) -> str:
        """Raises KeyError if a value is missing."""
        return self._sections[section].substitute(values)


def mark_of(texts: Iterable[str]) -> str:
    """A delimiter derived from a hash of the texts; a text cannot feasibly contain its own hash."""
    return sha256("\0".join(texts).encode()).hexdigest()[:16]
