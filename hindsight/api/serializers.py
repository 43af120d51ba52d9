"""A serializer and fields for JSON. Unknown fields and nulls are errors, and no value is converted to another type."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, cast

from drf_spectacular.drainage import set_override
from rest_framework import serializers

from hindsight.db.ids import LARGEST_ID
from hindsight.text.strict_json import type_name

# An error names at most this many unknown fields, each cut at this length, so that it does not outgrow the request.
SHOWN_UNKNOWN = 20
SHOWN_CHARACTERS = 100


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses unknown fields. The errors name the first of them and the fields that they resemble."""

    default_error_messages = {"invalid": "Must be an object.", "null": "Must be an object, not null."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        sent = data if isinstance(data, Mapping) else {}
        names = [name[:SHOWN_CHARACTERS] for name in sent if name not in self.fields]
        unknown = {name: [self.unknown(name)] for name in names[:SHOWN_UNKNOWN]}
        try:
            value: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**unknown, **cast(dict[str, Any], error.detail)}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def unknown(self, name: str) -> str:
        """The error message for an unknown field."""
        close = get_close_matches(name, self.fields, n=1, cutoff=0.5)
        return (
            f"Unknown field. Did you mean {close[0]}?" if close else f"Unknown field. Known: {', '.join(self.fields)}."
        )


class TextField(serializers.Field[str, Any, str, Any]):
    """A string that `clean` returns unchanged or cleaned. `clean` raises Django's ValidationError.

    `max_length` is only for the OpenAPI description: `clean` checks the length.
    """

    default_error_messages = {
        "invalid": "Send a string, not {kind}.",
        "null": "Send a string, not null. Leave the field out to keep what is stored.",
    }

    def __init__(self, *, clean: Callable[[str], str], max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.clean = clean
        if max_length is not None:
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
