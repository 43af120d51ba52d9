import re
from typing import Any, ClassVar

LARGEST_ID = 2**63 - 1
NO_ID = 0  # no row has it


def is_id(text: str) -> bool:
    """An integer from 1 to LARGEST_ID without sign or leading zeros."""
    return re.fullmatch(r"[1-9][0-9]{0,18}", text) is not None and int(text) <= LARGEST_ID


def id_in(text: str) -> int:
    """Returns NO_ID if the text is not an id."""
    return int(text) if is_id(text) else NO_ID


def is_lookup_value(text: str) -> bool:
    """False for what the database refuses: PostgreSQL NUL characters, and SQLite integers of more than eight bytes."""
    try:
        return abs(int(text)) <= LARGEST_ID
    except ValueError:
        return "\x00" not in text


class PublicId:
    """A mixin for models whose id is a string in the API: a prefix and the primary key."""

    ID_PREFIX: ClassVar[str]
    pk: Any

    @property
    def public_id(self) -> str:
        return f"{self.ID_PREFIX}{self.pk}"

    @classmethod
    def pk_in(cls, public_id: str) -> int:
        """Returns NO_ID if the text is not a public id of this model."""
        return id_in(public_id.removeprefix(cls.ID_PREFIX)) if public_id.startswith(cls.ID_PREFIX) else NO_ID
