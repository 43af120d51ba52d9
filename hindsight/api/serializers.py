"""What all request bodies have in common: unknown fields and nulls are errors, and strings are strings."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, cast

from drf_spectacular.drainage import set_override
from rest_framework import serializers

from hindsight.db.ids import LARGEST_ID
from hindsight.text.strict_json import type_name

# Of a body with many unknown fields the answer names the first ones, so that it does not outgrow what was sent.
SHOWN_UNKNOWN = 20
SHOWN_CHARACTERS = 100


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that names the first fields it does not know, and those that they resemble."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        names = [name[:SHOWN_CHARACTERS] for name in data if name not in self.fields]
        unknown = {name: [self.unknown(name)] for name in names[:SHOWN_UNKNOWN]}
        try:
            value: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**unknown, **cast(dict[str, Any], error.detail)}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def unknown(self, name: str) -> str:
        """What to say of a field that there is not."""
        close = get_close_matches(name, self.fields, n=1, cutoff=0.5)
        return (
            f"Unknown field. Did you mean {close[0]}?" if close else f"Unknown field. Known: {', '.join(self.fields)}."
        )


class TextField(serializers.Field[str, Any, str, Any]):
    """A string that `clean` accepts; nothing else is turned into one.

    `clean` raises Django's ValidationError. `max_length` is for the API's description: `clean` checks it.
    """

    default_error_messages = {
        "invalid": "Send a string, not {kind}.",
        "null": "Send a string, not null. Leave the field out to keep what is stored.",
    }

    def __init__(self, *, clean: Callable[[str], str], max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clean = clean
        set_override(self, "field", {"type": "string", "maxLength": max_length})

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid", kind=type_name(data))
        return self.clean(data)

    def to_representation(self, value: str) -> str:
        return value


class IdField(serializers.Field[int, Any, int, Any]):
    """A whole number from 1 to the largest that the database can store."""

    default_error_messages = {
        "invalid": "Send a whole number, not {kind}.",
        "null": "Send a whole number, not null.",
        "range": f"Send a number from 1 to {LARGEST_ID}.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID})

    def to_internal_value(self, data: object) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid", kind=type_name(data))
        if not 1 <= data <= LARGEST_ID:
            self.fail("range")
        return data

    def to_representation(self, value: int) -> int:
        return value
