"""The parts of requests to models, the tokens that they take, and the configured servers that get them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any, Literal

from django.conf import settings


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


def object_schema(**properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Servers that support it cannot reply with anything else, which matters for small models."""
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def sum_of_counts(one: int | None, other: int | None) -> int | None:
    """The sum of two numbers of tokens. None: the server did not count them."""
    return one if other is None else other + (one or 0)


@dataclass(frozen=True)
class ModelServer:
    base_url: str
    model: str
    api_key: str = field(repr=False)


def choosing_server() -> ModelServer | None:
    """Gets notes and objective."""
    is_model = settings.PAIGE_CHOOSER == "model"
    return _server(settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY) if is_model else None


def wording_server() -> ModelServer | None:
    """Gets the conversation, but neither notes nor objective. Another server never gets the key of the first one."""
    if settings.PAIGE_WORDING != "model":
        return None
    url, model = settings.PAIGE_WORDING_BASE_URL, settings.PAIGE_WORDING_MODEL or settings.PAIGE_MODEL
    if url:
        return _server(url, model, settings.PAIGE_WORDING_API_KEY)
    return _server(settings.PAIGE_BASE_URL, model, settings.PAIGE_WORDING_API_KEY or settings.PAIGE_API_KEY)


def _server(base_url: str, model: str, api_key: str) -> ModelServer | None:
    return ModelServer(base_url, model, api_key) if base_url and model else None
