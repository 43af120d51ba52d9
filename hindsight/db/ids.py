import re
from typing import Any, ClassVar

LARGEST_ID = 2**63 - 1
NO_ID = 0  # no row has it


def is_id(text: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{0,18}", text) is not None and int(text) <= LARGEST_ID


def id_in(text: str) -> int:
    return int(text) if is_id(text) else NO_ID


def is_lookup_value(text: str) -> bool:
    """PostgreSQL refuses NUL characters, and SQLite integers of more than eight bytes."""
    try:
        return abs(int(text)) <= LARGEST_ID
    except ValueError:
        return "\x00" not in text


class PublicId:
    """A mixin for models."""

    ID_PREFIX: ClassVar[str]
    pk: Any

    @property
    def public_id(self) -> str:
        return f"{self.ID_PREFIX}{self.pk}"

    @classmethod
    def pk_in(cls, public_id: str) -> int:
        return id_in(public_id.removeprefix(cls.ID_PREFIX)) if public_id.startswith(cls.ID_PREFIX) else NO_ID
